// What the type parameters of an expression stand for.
import { areSame, DYN, type Type } from './types.ts';

/** More steps than an expression of the longest length needs, unless its types double with each line. */
const STEP_LIMIT = 2_000_000;

/** Thrown when the types of an expression are too large to be checked. */
export class TooComplex extends Error {}

/** The types that parameters stand for, found while an expression is checked. */
export class Unification {
  readonly #substitutions = new Map<string, Type>();
  /** What was there before each change, to undo the changes of an attempt that failed. */
  readonly #changes: [name: string, before: Type | undefined][] = [];
  #steps = 0;

  /** Whether `value` may stand where `expected` is asked for. When not, nothing has changed. */
  assign(expected: readonly Type[], value: readonly Type[]): boolean {
    const start = this.#changes.length;
    if (expected.length === value.length && expected.every((type, n) => this.#assignable(type, value[n]!)))
      return true;
    while (this.#changes.length > start) {
      const [name, before] = this.#changes.pop()!;
      if (before === undefined) this.#substitutions.delete(name);
      else this.#substitutions.set(name, before);
    }
    return false;
  }

  /** The type with its parameters replaced; those that stand for nothing are left, or become dyn. */
  resolve(type: Type, leftAsDyn = false): Type {
    this.#step();
    if (type.kind === 'parameter') {
      const found = this.#substitutions.get(type.name);
      return found === undefined ? (leftAsDyn ? DYN : type) : this.resolve(found, leftAsDyn);
    }
    if (type.parameters.length === 0) return type;
    return { ...type, parameters: type.parameters.map((item) => this.resolve(item, leftAsDyn)) };
  }

  /** The type of both that says less. */
  moreGeneral(one: Type, two: Type): Type {
    return this.#saysNoMore(one, two) ? one : two;
  }

  #step(): void {
    if (++this.#steps > STEP_LIMIT) throw new TooComplex('the types of the expression are too large');
  }

  #set(name: string, type: Type): void {
    this.#changes.push([name, this.#substitutions.get(name)]);
    this.#substitutions.set(name, type);
  }

  #assignable(one: Type, two: Type): boolean {
    this.#step();
    if (two.kind === 'parameter') {
      const { valid, bound } = this.#bind(two, one);
      if (valid) return true;
      if (bound) return false;
    }
    if (one.kind === 'parameter') return this.#bind(one, two).valid;
    if ([one, two].some(({ kind }) => kind === 'dyn' || kind === 'error')) return true;
    if (one.name === 'null_type') return takesNull(two);
    if (two.name === 'null_type') return takesNull(one);
    if (one.kind !== two.kind || one.name !== two.name) return false;
    if (one.name === 'type') return true;
    return one.parameters.every((item, n) => this.#assignable(item, two.parameters[n]!));
  }

  #bind(param: Type, type: Type): { valid: boolean; bound: boolean } {
    if (areSame(param, type)) return { valid: true, bound: true };
    const known = this.#substitutions.get(param.name);
    if (known === undefined) {
      if (this.#occursIn(param, type)) return { valid: false, bound: false };
      this.#set(param.name, type);
      return { valid: true, bound: false };
    }
    if (!areSame(type, known)) {
      if (!this.#assignable(type, known)) return { valid: false, bound: true };
      const general = this.moreGeneral(type, known);
      if (!this.#occursIn(param, general)) this.#set(param.name, general);
    }
    return { valid: true, bound: true };
  }

  #occursIn(param: Type, type: Type): boolean {
    this.#step();
    if (areSame(param, type)) return true;
    if (type.kind === 'parameter') {
      const known = this.#substitutions.get(type.name);
      return known !== undefined && this.#occursIn(param, known);
    }
    return type.parameters.some((item) => this.#occursIn(param, item));
  }

  #saysNoMore(one: Type, two: Type): boolean {
    this.#step();
    if (one.kind === 'dyn' || one.kind === 'parameter') return true;
    if (two.kind === 'dyn' || two.kind === 'parameter') return false;
    if (one.kind !== two.kind || one.name !== two.name) return false;
    return (
      one.name === 'type' || one.parameters.every((item, n) => this.#saysNoMore(item, two.parameters[n]!))
    );
  }
}

function takesNull(type: Type): boolean {
  if (type.name === 'null_type' || type.name.startsWith('google.protobuf.')) return true;
  return type.kind === 'struct' || (type.kind === 'opaque' && !['list', 'map', 'type'].includes(type.name));
}
