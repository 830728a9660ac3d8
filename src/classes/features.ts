// The feature data of a pod: what scheduling reads of it, in three parts. Pods with equal features are equivalent.
import type { Pod } from '../api/types.ts';
import { SPEC_FIELDS } from '../plugins/fields.ts';
import type { Features, Plugin, PluginContext } from '../plugins/plugin.ts';
import { readBy } from '../plugins/reading.ts';

export const FEATURE_PARTS = ['general', 'resources', 'rule'] as const;

/** The fields of a pod's spec whose meaning for scheduling is known, be it none. */
const KNOWN_FIELDS: ReadonlySet<string> = new Set(SPEC_FIELDS);

/** A pod with a field that is not understood is alike to no other: slower, never wrong. */
function unknownPart(pod: Pod): string {
  for (const field in pod.spec) if (!KNOWN_FIELDS.has(field)) return `unknown ${field} of ${identityOf(pod)}`;
  return '';
}

/** The features of a pod under a profile. */
export function featuresOf(pod: Pod, context: PluginContext): Features {
  const { registry, schedulerName } = context.profile;
  const features: Features = { general: schedulerName, resources: '', rule: unknownPart(pod) };
  for (const plugin of registry.plugins) {
    const parts = keyOf(plugin, pod, context);
    for (const part in parts) {
      const text = parts[part as keyof Features];
      // the length keeps one plugin's text from running into the next one's
      if (text) features[part as keyof Features] += `\n${plugin.name} ${text.length}:${text}`;
    }
  }
  return features;
}

/** What a plugin reads of the pod. A pod that it cannot read is alike to no other: packing says what is wrong. */
function keyOf(plugin: Plugin, pod: Pod, context: PluginContext): Partial<Features> | undefined {
  if (plugin.key === undefined) return plugin.reads && readBy(plugin.reads, pod);
  try {
    return plugin.key(pod, context);
  } catch {
    return { rule: `unread ${identityOf(pod)}` };
  }
}

function identityOf({ metadata }: Pod): string | undefined {
  return metadata?.uid ?? metadata?.name;
}
