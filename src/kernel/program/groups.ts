// The room in which the kernel forms groups of nodes for a program.
import { Component, Groups, Program } from '../../../build/records.js';
import { COMPONENT_LIMIT, GROUP_LIMIT, GROUP_SCORE_LIMIT } from '../../../assembly/layout.ts';
import type { Block } from '../../state/columns/arena.ts';
import type { Columns } from '../../state/columns/columns.ts';
import { Offsets } from '../../state/columns/offsets.ts';

/** Gives a program that is in memory the room to form groups. */
export function addGroups(program: number, { arena, capacity }: Columns): Block {
  const offsets = new Offsets();
  const header = offsets.reserve(Groups.size);
  const components = offsets.reserve(COMPONENT_LIMIT * Component.size);
  const [ofRow, child, next, previous] = [1, 2, 3, 4].map(() => offsets.reserve(capacity * 4));
  // one more than the limit: a new group is written there before it is known to be new
  const groups = GROUP_LIMIT + 1;
  const [roots, sizes] = [1, 2].map(() => offsets.reserve(groups * 4));
  const numbers = offsets.reserve(groups * COMPONENT_LIMIT * 8);
  const raws = offsets.reserve(groups * GROUP_SCORE_LIMIT * 8);
  const tableSize = 2 ** Math.ceil(Math.log2(GROUP_LIMIT * 2));
  const table = offsets.reserve(tableSize * 4);
  const open = offsets.reserve(GROUP_LIMIT * 4);
  const base = arena.allocate(offsets.size);
  Groups.write(arena, base + header, {
    limit: GROUP_LIMIT,
    components: base + components,
    ofRow: base + ofRow!,
    child: base + child!,
    next: base + next!,
    previous: base + previous!,
    roots: base + roots!,
    sizes: base + sizes!,
    numbers: base + numbers,
    raws: base + raws,
    table: base + table,
    tableSize,
    open: base + open,
  });
  arena.u32[(program + Program.groups) / 4] = base + header;
  return { bytes: offsets.size, free: () => arena.free(base, offsets.size) };
}
