// What is wrong with a pod's volumes or with the objects that they name.

/** Keeps a pod from every node; the message names the object. */
export class VolumeError extends Error {
  override name = 'VolumeError';
}
