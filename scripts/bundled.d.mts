export function bundledPackages(): Promise<string[]>;
