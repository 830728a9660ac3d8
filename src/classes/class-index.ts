// Pods to classes: each part of the features is hashed on its own, and the hashes are spliced into the class's index.
import { Feature } from '../../build/records.js';
import type { Pod } from '../model/types.ts';
import type { PodShape } from '../state/pod-shape.ts';
import type { Features } from '../plugins/plugin.ts';
import type { FrameworkContext } from '../plugins/framework.ts';
import { hasClaims, type Reserving } from '../plugins/registry.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { FEATURE_PARTS, featuresOf } from './features.ts';
import { KnownTemplates } from './known-templates.ts';
import { templateOf, type Template } from './template.ts';

/** Equivalent pods. */
export interface EquivalenceClass {
  /** general | resources | rule, 16 hexadecimal digits each; a class whose hashes another one has gets a number behind. */
  readonly index: string;
  readonly features: Features;
  readonly context: FrameworkContext;
  /** The plugins that may take something for its pods besides their nodes. */
  readonly reserving: readonly Reserving[];
}

/** What is known of a pod, and of all pods of its template. */
export interface Classified {
  selectorsVersion: number;
  /** Of the objects that tell the pod apart from others; undefined when none does. */
  objectsVersion: number | undefined;
  class: EquivalenceClass;
  shape: PodShape;
}

/** What features are hashed in; larger ones get memory of their own for the while. */
const SCRATCH_BYTES = 65_536;

/** Each byte in two hexadecimal digits. */
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

export class ClassIndex {
  readonly #kernel: Kernel;
  readonly #templates = new KnownTemplates<Classified>();
  readonly #encoder = new TextEncoder();
  /** Classes by index; more than one where hashes collide. */
  readonly #classes = new Map<string, WeakRef<EquivalenceClass>[]>();
  #sizeAfterSweep = 1024;
  #selectorsVersion = -1;
  readonly #scratch: number;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#scratch = kernel.arena.allocate(SCRATCH_BYTES);
  }

  /** The class of a pod. */
  of(pod: Pod, context: FrameworkContext): EquivalenceClass {
    return this.lookUp(pod, context).class;
  }

  /**
   * The class of a pod, and what the cluster needs to know of it. What was found for the same object `before` stands until
   * the selectors that are read have changed, or the objects that it is told apart by.
   */
  lookUp(pod: Pod, context: FrameworkContext, before?: Classified): Classified {
    const { selectorsVersion } = context.cluster;
    if (
      before !== undefined &&
      before.selectorsVersion === selectorsVersion &&
      before.class.context.profile === context.profile &&
      (before.objectsVersion === undefined || before.objectsVersion === objectsVersionFor(pod, context))
    ) {
      return before;
    }
    if (this.#selectorsVersion !== selectorsVersion) this.#templates.clear();
    this.#selectorsVersion = selectorsVersion;
    const template = readableTemplateOf(pod, context);
    const workOut = () => this.#workOut(pod, context);
    const known = template === undefined ? workOut().value : this.#templates.get(template, workOut);
    // pods of one template are told apart by objects at different times
    const objectsVersion = objectsVersionFor(pod, context);
    return known.objectsVersion === objectsVersion ? known : { ...known, objectsVersion };
  }

  /** What a plugin cannot read is not kept for others of the template. */
  #workOut(pod: Pod, context: FrameworkContext): { value: Classified; isKept: boolean } {
    const features = featuresOf(pod, context);
    const { features: parts } = context.profile.args.EquivalenceClasses;
    for (const part of FEATURE_PARTS) if (!parts.includes(part)) features[part] = '';
    const { selectorsVersion } = context.cluster;
    const value = {
      selectorsVersion,
      objectsVersion: objectsVersionFor(pod, context),
      class: this.#find(features, context, pod),
      shape: context.cluster.shapeOf(pod),
    };
    return { value, isKept: features.isReadable };
  }

  #find(features: Features, context: FrameworkContext, master: Pod): EquivalenceClass {
    const hashes = this.#hash(features);
    const bucket = this.#classes.get(hashes);
    let index = hashes;
    let live: WeakRef<EquivalenceClass>[] = [];
    if (bucket !== undefined) {
      for (const reference of bucket) {
        const candidate = reference.deref();
        // equal hashes are not equal features: a collision must never join two classes
        if (
          candidate !== undefined &&
          candidate.context.profile === context.profile &&
          FEATURE_PARTS.every((part) => candidate.features[part] === features[part])
        ) {
          return candidate;
        }
      }
      live = bucket.filter((reference) => reference.deref() !== undefined);
      const taken = new Set(live.map((reference) => reference.deref()!.index));
      for (let n = 1; taken.has(index); n++) index = `${hashes}-${n}`;
    }
    const reserving = context.profile.registry.reservingFor(master);
    const made: EquivalenceClass = { index, features, context, reserving };
    this.#classes.set(hashes, [...live, new WeakRef(made)]);
    if (this.#classes.size > 2 * this.#sizeAfterSweep) this.#sweep();
    return made;
  }

  #sweep(): void {
    for (const [hashes, bucket] of this.#classes) {
      if (bucket.every((reference) => reference.deref() === undefined)) this.#classes.delete(hashes);
    }
    this.#sizeAfterSweep = Math.max(1024, this.#classes.size);
  }

  /** The parts' hashes, spliced at a fixed width. */
  #hash(features: Features): string {
    const { arena } = this.#kernel;
    const texts = FEATURE_PARTS.map((part) => features[part]);
    const needed = Feature.size * texts.length + 3 * texts.reduce((sum, text) => sum + text.length, 0);
    if (needed <= SCRATCH_BYTES) return this.#hashAt(this.#scratch, texts);
    const pointer = arena.allocate(needed, 0);
    try {
      return this.#hashAt(pointer, texts);
    } finally {
      arena.free(pointer, needed);
    }
  }

  /** Hashes the texts in a block that has room for their records, and for the texts in UTF-8. */
  #hashAt(pointer: number, texts: readonly string[]): string {
    const { arena } = this.#kernel;
    let at = pointer + Feature.size * texts.length;
    texts.forEach((text, n) => {
      const { written } = this.#encoder.encodeInto(text, arena.u8.subarray(at));
      arena.u32[(pointer + n * Feature.size) / 4] = at;
      arena.u32[(pointer + n * Feature.size) / 4 + 1] = written;
      at += written;
    });
    this.#kernel.hash(pointer, texts.length);
    return texts.map((_, n) => this.#hex(pointer + n * Feature.size + Feature.hash)).join('');
  }

  /** A hash of 8 bytes, the least significant one first. */
  #hex(pointer: number): string {
    const { u8 } = this.#kernel.arena;
    let digits = '';
    for (let at = pointer + 7; at >= pointer; at--) digits += HEX[u8[at]!]!;
    return digits;
  }
}

function objectsVersionFor(pod: Pod, context: FrameworkContext): number | undefined {
  return hasClaims(pod) ? context.profile.registry.objectsVersionFor(pod, context) : undefined;
}

/** A pod that a plugin cannot read has no template: it is told apart by its name. */
function readableTemplateOf(pod: Pod, context: FrameworkContext): Template | undefined {
  try {
    return templateOf(pod, context);
  } catch {
    return undefined;
  }
}
