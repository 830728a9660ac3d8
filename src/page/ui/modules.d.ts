// What the build puts in: the worker's script, as text.
declare module 'coset:worker' {
  const source: string;
  export default source;
}
