/** The module that the host imports, and its types, made of the text of assembly/records.ts. */
export function recordModule(text: string): { code: string; types: string };
