import { expect, it } from 'vitest';
import type { ApiObject } from '../../src/model/types.ts';
import { systemClock } from '../../src/kube/clock.ts';
import { Wakeup, wakingAfter } from '../../src/run/wakeup.ts';

const pod = (name: string): ApiObject => ({ kind: 'Pod', metadata: { name } });

it('signals after each thing that the handler was told, the end of a list too', () => {
  const told: string[] = [];
  const wakeup = new Wakeup(systemClock);
  wakeup.signal = () => told.push('signal');
  const tell = (what: string) => (object: ApiObject) => told.push(`${what} ${object.metadata?.name}`);
  const handler = wakingAfter<ApiObject>(
    {
      list: () => ({ take: (items) => items.forEach(tell('listed')), end: () => told.push('end') }),
      added: tell('added'),
      modified: tell('modified'),
      deleted: tell('deleted'),
    },
    wakeup,
  );
  const listing = handler.list();
  listing.take([pod('one'), pod('two')]);
  listing.end();
  handler.added(pod('three'));
  handler.modified(pod('three'));
  handler.deleted(pod('three'));
  expect(told).toEqual([
    ...['listed one', 'listed two', 'signal', 'end', 'signal'],
    ...['added three', 'signal', 'modified three', 'signal', 'deleted three', 'signal'],
  ]);
});
