// The part of the WebAssembly API that the core calls; the types of Node leave it out, and those of a browser would bring
// in everything else that only a browser has.
declare namespace WebAssembly {
  function validate(bytes: Uint8Array): boolean;
  class Module {
    private readonly compiled: true;
    constructor(bytes: Uint8Array);
  }
  class RuntimeError extends Error {}
}
