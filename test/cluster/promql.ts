// What a query of Prometheus selects, and whether a text of metrics has it.
import { parser } from '@prometheus-io/lezer-promql';

export interface Selected {
  metric: string;
  labels: string[];
}

/** Labels that Prometheus adds to what it scrapes. */
const OF_PROMETHEUS = ['job'];

/** Each metric of a query with the labels that it is asked for by; throws on what is no query. */
export function selectedBy(query: string): Selected[] {
  const text = query.replaceAll('$__rate_interval', '5m');
  const selected: Selected[] = [];
  const grouped: string[] = [];
  let isGrouping = false;
  const told = (from: number, to: number) => text.slice(from, to);
  parser.parse(text).iterate({
    enter: ({ name, type, from, to }) => {
      if (type.isError) throw new Error(`no query: ${query}: at ${text.slice(from)}`);
      if (name === 'Identifier') selected.push({ metric: told(from, to), labels: [] });
      if (name === 'GroupingLabels') isGrouping = true;
      if (name !== 'LabelName') return;
      if (isGrouping) grouped.push(told(from, to));
      else selected.at(-1).labels.push(told(from, to));
    },
    leave: ({ name }) => {
      if (name === 'GroupingLabels') isGrouping = false;
    },
  });
  for (const { labels } of selected) labels.push(...grouped);
  return selected;
}

/** What of it the text of metrics has no sample of. */
export function missingIn(metrics: string, { metric, labels }: Selected): string[] {
  const samples = metrics
    .split('\n')
    .filter((line) => line.startsWith(`${metric}{`) || line.startsWith(`${metric} `));
  if (samples.length === 0) return [metric];
  return labels
    .filter((label) => !OF_PROMETHEUS.includes(label))
    .filter((label) => !samples.some((line) => new RegExp(`[{,]${label}="`).test(line)))
    .map((label) => `${metric}: ${label}`);
}
