// What is known of templates, by their texts. Writing a pod's text and looking it up takes longer than comparing it with
// another pod, so the pod is compared first with the one that is likely to be like it.
import { TextCache } from '../model/text-cache.ts';
import { sameValues, type Template } from './template.ts';

/** Templates that are remembered. */
const LIMITS = { entries: 65_536, characters: 2 ** 24 };
/** Templates that are kept to be compared with. Each is as large as the pods' fields that it has. */
const COMPARED = { templates: 256, characters: 4096 };

interface Known<T> {
  readonly value: T;
  /** Kept of a template that came more than once, and not long ago. */
  template?: Template;
  /** What came after this template the last time, if it is kept too: else a stream of templates would be one long chain. */
  next?: Known<T>;
}

export class KnownTemplates<T> {
  readonly #byText = new TextCache<Known<T>>(LIMITS);
  readonly #compared: Known<T>[] = [];
  /** The place in `#compared` that is given away next. */
  #oldest = 0;
  #last?: Known<T>;

  /** What is known of the template; else what `workOut` says of it, which is kept if it says so. */
  get(template: Template, workOut: () => { value: T; isKept: boolean }): T {
    let text: string;
    try {
      const expected = this.#last?.next;
      if (expected?.template !== undefined && sameValues(template, expected.template)) {
        this.#last = expected;
        return expected.value;
      }
      text = JSON.stringify(template);
    } catch {
      // nested too deeply, or in a circle: it is alike to no other
      return workOut().value;
    }
    const known = this.#byText.get(text);
    if (known !== undefined) {
      if (known.template === undefined && text.length <= COMPARED.characters) this.#compare(known, template);
      this.#follow(known);
      return known.value;
    }
    const { value, isKept } = workOut();
    if (isKept) {
      const made: Known<T> = { value };
      this.#byText.set(text, made);
      this.#follow(made);
    }
    return value;
  }

  clear(): void {
    this.#byText.clear();
    this.#compared.length = 0;
    this.#oldest = 0;
    this.#last = undefined;
  }

  #follow(known: Known<T>): void {
    if (this.#last?.template !== undefined) {
      this.#last.next = known.template === undefined ? undefined : known;
    }
    this.#last = known;
  }

  #compare(known: Known<T>, template: Template): void {
    const before = this.#compared[this.#oldest];
    if (before !== undefined) before.template = before.next = undefined;
    known.template = template;
    this.#compared[this.#oldest] = known;
    this.#oldest = (this.#oldest + 1) % COMPARED.templates;
  }
}
