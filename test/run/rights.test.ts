import { expect, it } from 'vitest';
import { inTree } from '../../src/plugins/in-tree.ts';
import { definePlugin } from '../../src/plugins/plugin.ts';
import { rightsOf } from '../../src/run/rights.ts';

it('what a plugin of the registry watches and writes is among the rights, each resource once', () => {
  const racks = definePlugin({
    name: 'Racks',
    points: ['reserve'],
    objects: [{ kind: 'Rack', path: '/apis/example.com/v1/racks' }],
    rights: [
      { group: 'example.com', resource: 'racks', verbs: ['update'] },
      { group: '', resource: 'pods', verbs: ['update'] },
    ],
  });
  const before = rightsOf(inTree);
  const after = rightsOf(inTree.with([racks]));
  expect(before.filter(({ group }) => group === 'example.com')).toEqual([]);
  const added = after.filter((right) => !before.some((one) => JSON.stringify(one) === JSON.stringify(right)));
  expect(added).toEqual([
    { group: '', resource: 'pods', verbs: ['get', 'list', 'watch', 'update', 'delete'] },
    { group: 'example.com', resource: 'racks', verbs: ['list', 'watch', 'update'] },
  ]);
});
