// The feature data of a pod: what scheduling reads of it, in three parts. Pods with equal features are equivalent.
import type { Pod } from '../model/types.ts';
import { SPEC_FIELDS } from '../plugins/fields.ts';
import type { Features } from '../plugins/plugin.ts';
import type { FrameworkContext } from '../plugins/framework.ts';
import { readBy } from '../plugins/reading.ts';

export const FEATURE_PARTS = ['general', 'resources', 'rule'] as const;

/** The fields of a pod's spec whose meaning for scheduling is known, be it none. */
const KNOWN_FIELDS: ReadonlySet<string> = new Set(SPEC_FIELDS);

/** A pod with a field that is not understood is alike to no other: slower, never wrong. */
function unknownPart(pod: Pod): string {
  for (const field in pod.spec) if (!KNOWN_FIELDS.has(field)) return `unknown ${field} of ${identityOf(pod)}`;
  return '';
}

/** The features of a pod, and whether they are those of its template: a plugin may have been unable to read it. */
export interface PodFeatures extends Features {
  isReadable: boolean;
}

/** The features of a pod under a profile. */
export function featuresOf(pod: Pod, context: FrameworkContext): PodFeatures {
  const { registry, schedulerName } = context.profile;
  const features = { general: schedulerName, resources: '', rule: unknownPart(pod), isReadable: true };
  for (const plugin of registry.plugins) {
    let parts: Partial<Features> | undefined;
    try {
      parts =
        plugin.key === undefined
          ? plugin.reads && readBy(plugin.reads, pod, context)
          : plugin.key(pod, context);
    } catch {
      // it is alike to no other: packing it will say what is wrong
      parts = { rule: `unread ${identityOf(pod)}` };
      features.isReadable = false;
    }
    for (const part in parts) {
      const text = parts[part as keyof Features];
      // the length keeps one plugin's text from running into the next one's
      if (text) features[part as keyof Features] += `\n${plugin.name} ${text.length}:${text}`;
    }
  }
  return features;
}

function identityOf({ metadata }: Pod): string | undefined {
  return metadata?.uid ?? metadata?.name;
}
