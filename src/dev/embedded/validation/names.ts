// Rules for names, labels and annotations.
import { isLabelKey } from '../../../model/selector-checks.ts';
import type { ObjectMeta } from '../../../model/types.ts';
import type { Resource } from '../schema/resources.ts';
import type { FieldErrors } from './field-errors.ts';

const LABEL_MAX = 63;
const SUBDOMAIN_MAX = 253;
const ANNOTATIONS_MAX_BYTES = 256 * 1024;
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

/** Kinds whose names are one DNS label. */
const NAMED_BY_LABEL = ['Namespace', 'Service'];
/** Groups whose names may be anything that fits into a path. */
const NAMED_FREELY = ['rbac.authorization.k8s.io'];

export function isDnsLabel(name: string): boolean {
  return name.length <= LABEL_MAX && LABEL.test(name);
}

function isLabelValue(value: string): boolean {
  return value.length <= LABEL_MAX && VALUE.test(value);
}

export const DNS_LABEL_RULE =
  'a lowercase RFC 1123 label has at most 63 lower case letters, digits and "-", and begins and ends with a letter or digit';
const SUBDOMAIN_RULE =
  'a lowercase RFC 1123 subdomain has at most 253 lower case letters, digits, "-" and ".", and begins and ends with a letter or digit';

/** The metadata of an object that is created or changed. */
export function checkMetadata(resource: Resource, metadata: ObjectMeta, errors: FieldErrors): void {
  const { name = '', labels, annotations, ownerReferences } = metadata;
  if (NAMED_FREELY.includes(resource.group)) {
    if (/[/%]/.test(name) || name === '.' || name === '..') {
      errors.invalid('metadata.name', name, 'may not be "." or "..", nor contain "/" or "%"');
    }
  } else if (NAMED_BY_LABEL.includes(resource.kind)) {
    if (!isDnsLabel(name)) errors.invalid('metadata.name', name, DNS_LABEL_RULE);
  } else if (name.length > SUBDOMAIN_MAX || !SUBDOMAIN.test(name)) {
    errors.invalid('metadata.name', name, SUBDOMAIN_RULE);
  }
  checkLabels(labels, 'metadata.labels', errors);
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations ?? {})) {
    if (!isLabelKey(key.toLowerCase())) {
      errors.invalid('metadata.annotations', key, 'is not a qualified name');
    }
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (bytes > ANNOTATIONS_MAX_BYTES) {
    errors.invalid('metadata.annotations', bytes, `may not be more than ${ANNOTATIONS_MAX_BYTES} bytes`);
  }
  ownerReferences?.forEach((owner, i) => {
    for (const field of ['apiVersion', 'kind', 'name', 'uid'] as const) {
      if (!owner[field]) errors.required(`metadata.ownerReferences[${i}].${field}`);
    }
  });
}

export function checkLabels(
  labels: Record<string, string> | undefined,
  field: string,
  errors: FieldErrors,
): void {
  for (const [key, value] of Object.entries(labels ?? {})) {
    if (!isLabelKey(key)) errors.invalid(field, key, 'is not a qualified name');
    if (!isLabelValue(value)) {
      errors.invalid(
        field,
        value,
        'a label value has at most 63 letters, digits, "-", "_" and ".", and begins and ends with a letter or digit',
      );
    }
  }
}
