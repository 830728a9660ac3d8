// Collects what is wrong with an object's fields.
import type { FieldError } from '../http/errors.ts';

/** A bound on what one answer tells; who sent so many will read the first. */
const ERRORS_MAX = 100;

export class FieldErrors {
  readonly list: FieldError[] = [];

  required(field: string, detail?: string): void {
    this.#add({ type: 'Required', field, ...(detail && { detail }) });
  }

  invalid(field: string, value: unknown, detail: string): void {
    this.#add({ type: 'Invalid', field, value, detail });
  }

  forbidden(field: string, detail: string): void {
    this.#add({ type: 'Forbidden', field, detail });
  }

  duplicate(field: string, value: unknown): void {
    this.#add({ type: 'Duplicate', field, value });
  }

  notFound(field: string, value: unknown): void {
    this.#add({ type: 'NotFound', field, value });
  }

  notSupported(field: string, value: unknown, supported: readonly string[]): void {
    const detail = `supported values: ${supported.map((one) => JSON.stringify(one)).join(', ')}`;
    this.#add({ type: 'NotSupported', field, value, detail });
  }

  #add(error: FieldError): void {
    if (this.list.length < ERRORS_MAX) this.list.push(error);
  }
}
