declare const plugin: object;
export default plugin;
