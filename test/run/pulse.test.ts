import { expect, it } from 'vitest';
import type { ApiObject } from '../../src/model/types.ts';
import { systemClock } from '../../src/kube/clock.ts';
import { Pulse, withPulse } from '../../src/run/pulse.ts';

const pod = (name: string): ApiObject => ({ kind: 'Pod', metadata: { name } });

it('beats after each thing that the handler was told, the end of a list too', () => {
  const told: string[] = [];
  const pulse = new Pulse(systemClock);
  pulse.beat = () => told.push('beat');
  const tell = (what: string) => (object: ApiObject) => told.push(`${what} ${object.metadata?.name}`);
  const handler = withPulse<ApiObject>(
    {
      list: () => ({ take: (items) => items.forEach(tell('listed')), end: () => told.push('end') }),
      added: tell('added'),
      modified: tell('modified'),
      deleted: tell('deleted'),
    },
    pulse,
  );
  const listing = handler.list();
  listing.take([pod('one'), pod('two')]);
  listing.end();
  handler.added(pod('three'));
  handler.modified(pod('three'));
  handler.deleted(pod('three'));
  expect(told).toEqual([
    ...['listed one', 'listed two', 'beat', 'end', 'beat'],
    ...['added three', 'beat', 'modified three', 'beat', 'deleted three', 'beat'],
  ]);
});
