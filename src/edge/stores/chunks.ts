// Bytes in parts, for stores whose values may not be large.

export function partsOf(bytes: Uint8Array, partBytes: number): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += partBytes) parts.push(bytes.slice(at, at + partBytes));
  return parts;
}

/** The bytes again; undefined when a part is missing. */
export function joined(parts: readonly (Uint8Array | undefined)[]): Uint8Array | undefined {
  let length = 0;
  for (const part of parts) {
    if (part === undefined) return undefined;
    length += part.length;
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part!, at);
    at += part!.length;
  }
  return bytes;
}
