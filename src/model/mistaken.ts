// Texts that hold no objects, as people hand them over by mistake: what each is, and what to do instead.

interface Mistake {
  looksLike: RegExp;
  /** Found too, near the beginning. */
  and?: RegExp;
  /** What the text is, as the end of "FILE: is ...". */
  is: string;
}

/** Characters that tell what a text is. */
const BEGINNING = 4096;

/** What a text with the marks of a template is. */
export const TEMPLATE = 'is a template: render it first, for instance with "helm template"';
const AS_JSON = 'get the objects with "kubectl get ... -o json"';

const MISTAKES: readonly Mistake[] = [
  {
    looksLike: /^(?:#!|(?:\s*#.*\n|\s*\n)*(?:\$ )?(?:kubectl|helm|cat|set|export) [^:\s])/,
    is: 'is a script: run it, and hand over what it prints',
  },
  { looksLike: /^\{\{/m, is: TEMPLATE },
  { looksLike: /^\s*<(?:!DOCTYPE|html|\?xml)/i, is: 'is a web page, not the file that it is about' },
  {
    looksLike: /^(?:NAME|NAMESPACE|LAST SEEN)(?: {2,}|\t)\S/,
    is: `is a table that kubectl prints for people: ${AS_JSON}`,
  },
  {
    looksLike: /^Name:[ \t]+\S/,
    and: /^(?:Namespace|Labels|Annotations|Roles|Selector):/m,
    is: `is what kubectl describe prints for people: ${AS_JSON}`,
  },
  {
    looksLike: /^(?:Error from server|error: |The connection to the server|Unable to connect to the server)/,
    is: `is an error that kubectl printed: ${AS_JSON}, and without "2>&1"`,
  },
  { looksLike: /^No resources found/, is: 'is what kubectl prints when it finds nothing' },
];

/** What the text is that cannot be read, and what to do; undefined of one that may hold objects. */
export function mistakenFor(text: string): string | undefined {
  const beginning = text.slice(0, BEGINNING);
  // the only pattern for all lines asks for braces, which a text of many megabytes is searched for much sooner
  const lines = text.includes('{{') ? text : '';
  return MISTAKES.find(
    ({ looksLike, and }) =>
      looksLike.test(looksLike.multiline ? lines : beginning) && (and?.test(beginning) ?? true),
  )?.is;
}

/** The same of a text that could not be read, or not as what it should be: then braces outside of comments tell a template. */
export function mistakenYaml(text: string): string | undefined {
  return /^[^#\n]*\{\{.*\}\}/m.test(text) ? TEMPLATE : undefined;
}
