// The shapes in which objects come: what kubectl takes and prints, on any system, and what is no such thing.
import { describe, expect, it } from 'vitest';
import { decodeText } from '../../src/model/text.ts';
import { yamlDocuments } from '../../src/model/yaml.ts';
import { readScenario } from '../../src/scenario/read.ts';
import { ScenarioError } from '../../src/scenario/reader.ts';

const pod = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { containers: [{ name: 'main', image: 'x' }] },
});
const node = { kind: 'Node', metadata: { name: 'a' }, status: { capacity: { cpu: '4' } } };

const read = (text: string) => readScenario([{ name: 'file', text }]);
const podsIn = (text: string) => read(text).scenario.pending.map(({ metadata }) => metadata!.name);
const refusalOf = (text: string) => {
  try {
    read(text);
  } catch (error) {
    expect(error).toBeInstanceOf(ScenarioError);
    return (error as Error).message;
  }
  return undefined;
};

const json = (...values: object[]) => values.map((value) => JSON.stringify(value));

describe('text', () => {
  const bytes = (...parts: (number[] | Uint8Array)[]) => Uint8Array.from(parts.flatMap((part) => [...part]));
  const utf16 = (text: string) => text.split('').flatMap((char) => [char.charCodeAt(0), 0]);

  it.each<[string, Uint8Array]>([
    ['UTF-8', new TextEncoder().encode('a: b')],
    ['UTF-8 with a byte order mark', bytes([0xef, 0xbb, 0xbf], new TextEncoder().encode('a: b'))],
    ['UTF-16 of PowerShell', bytes([0xff, 0xfe], utf16('a: b'))],
    ['UTF-16 the other way round', bytes([0xfe, 0xff], [0, ...utf16('a: b').slice(0, -1)])],
  ])('in %s', (_, encoded) => {
    expect(decodeText(encoded)).toBe('a: b');
  });

  it.each<[string, number, string, string]>([
    ['compressed', 0, '\x1f\x8b\x08', 'is compressed: unpack it first'],
    ['a zip archive', 0, 'PK\x03\x04', 'is a zip archive: unpack it first'],
    ['a tar archive', 257, 'ustar\0', 'is a tar archive: unpack it first'],
    ['no text', 100, '\0', 'is no text: it holds zero bytes'],
  ])('that is %s is refused', (_, at, magic, message) => {
    const encoded = Uint8Array.from('x'.repeat(at) + magic, (char) => char.charCodeAt(0));
    expect(() => decodeText(encoded)).toThrow(message);
  });
});

describe('pods are found in', () => {
  const [one, two] = json(pod('one'), pod('two')) as [string, string];

  it.each<[string, string]>([
    ['JSON values after each other', `${one}${two}`],
    ['JSON lines', `${one}\r\n${two}\r\n`],
    ['JSON with separators of YAML', `${one}\n---\n${two}\n---\n`],
    ['JSON files with byte order marks, joined', `${one}\n\uFEFF${two}`],
    ['a list without a kind', JSON.stringify({ items: [pod('one'), pod('two')] })],
    ['a list by itself', JSON.stringify([pod('one'), pod('two')])],
    [
      'a list of lists',
      JSON.stringify({ kind: 'List', items: [{ kind: 'PodList', items: [pod('one')] }, pod('two')] }),
    ],
    [
      'items that only their list names',
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'PodList',
        items: [pod('one'), pod('two')].map(({ metadata, spec }) => ({ metadata, spec })),
      }),
    ],
    [
      'items that nobody names',
      JSON.stringify({ items: [pod('one'), pod('two')].map(({ metadata, spec }) => ({ metadata, spec })) }),
    ],
    [
      'YAML with Windows line ends',
      `---\r\nkind: Pod\r\nmetadata:\r\n  name: one\r\nspec:\r\n  containers:\r\n  - name: c\r\n---\r\n${two}\r\n`,
    ],
    ['YAML documents with byte order marks, joined', `${one}\n---\n\uFEFF${two}\n`],
    ['YAML of Helm, with comments alone', `---\n# Source: a\n---\n# Source: b\n${one}\n---\n${two}\n...\n`],
    ['YAML with a directive', `%YAML 1.2\n---\n${one}\n---\n${two}\n`],
  ])('%s', (_, text) => {
    expect(podsIn(text)).toEqual(['one', 'two']);
  });

  it('lists that Go writes as null', () => {
    expect(podsIn('{"kind":"PodList","apiVersion":"v1","items":null}')).toEqual([]);
    expect(podsIn('apiVersion: v1\nkind: List\nitems:\n')).toEqual([]);
  });

  it('a file beside a document that is broken, which is named', () => {
    const { scenario, intake } = read(`${one}\n---\nkind: Pod\n metadata:\n  name: broken\n---\n${two}\n`);
    expect(scenario.pending).toHaveLength(2);
    expect(intake.passedOver).toEqual([
      { object: 'file: document 2', reason: 'is not YAML: line 4: bad indentation of a mapping entry' },
    ]);
  });

  it('JSON beside a value that is broken, which is named', () => {
    const { scenario, intake } = read(`${one}\n{"kind": Pod}\n${two}\n`);
    expect(scenario.pending).toHaveLength(2);
    expect(intake.passedOver[0]).toMatchObject({
      object: 'file: value 2',
      reason: expect.stringMatching(/^is not JSON/),
    });
  });
});

describe('YAML is read as kubectl reads it', () => {
  const valueOf = (text: string) => [...yamlDocuments(text)].flatMap(({ values }) => values)[0];

  it.each([
    ['yes', true],
    ['OFF', false],
    ['n', false],
    ['0644', 420],
    ['0o17', 15],
    ['0x1F', 31],
    ['-0b11', -3],
    ['1_000', 1000],
    ['1e3', 1000],
    ['1.50', 1.5],
    ['089', 89],
    ['~', null],
    ['1:30', '1:30'],
    ['2001-01-01', '2001-01-01'],
    ['.nan', '.nan'],
    ['"yes"', 'yes'],
    ["'x\n  y'", 'x y'],
  ])('%s', (text, value) => {
    expect(valueOf(`a: ${text}\n`)).toEqual({ a: value });
  });

  it.each<[string, string, unknown]>([
    ['quoted lines that are not indented', "a: '{\nb\n}'\n", { a: '{ b }' }],
    ['brackets that are not indented', 'a: [1,\n2]\n', { a: [1, 2] }],
    ['tabs between values', 'a:\n  b:\t1\t# c\n', { a: { b: 1 } }],
    ['keys that are no strings', 'true: 1\n2: 3\n', { true: 1, 2: 3 }],
    ['merged anchors', 'a: &x {b: 1}\nc:\n  <<: *x\n  d: 2\n', { a: { b: 1 }, c: { b: 1, d: 2 } }],
  ])('%s', (_, text, value) => {
    expect(valueOf(text)).toEqual(value);
  });

  it('aliases are values of their own', () => {
    const { a, b } = valueOf('a: &x {k: 1}\nb: *x\n') as { a: object; b: object };
    expect(a).toEqual(b);
    expect(a).not.toBe(b);
  });

  it('a key that is there twice counts once, and is told', () => {
    const { scenario, intake } = read(
      'kind: Pod\nmetadata: {name: a}\nmetadata: {name: b}\nspec: {containers: [{name: c}]}\n',
    );
    expect(scenario.pending[0]!.metadata!.name).toBe('b');
    expect(intake.notices).toEqual(['file: line 3: duplicated mapping key; the last one counts']);
  });
});

describe('what is no input is told in one line', () => {
  it.each([
    [
      'NAME    STATUS   ROLES   AGE\nhob-a   Ready    <none>  1d\n',
      'file: is a table that kubectl prints for people: ',
    ],
    ['NAMESPACE   NAME\nx   y\n', 'file: is a table that kubectl prints for people: '],
    ['Name:   a\nNamespace:   b\nPriority:  0\n', 'file: is what kubectl describe prints for people: '],
    ['Error from server (Forbidden): nodes is forbidden\n', 'file: is an error that kubectl printed: '],
    ['No resources found in default namespace.\n', 'file: is what kubectl prints when it finds nothing'],
    ['#!/bin/sh\nkubectl get nodes\n', 'file: is a script: '],
    ['# first\n\nkubectl apply -f - <<EOF\nkind: Pod\nEOF\n', 'file: is a script: '],
    ['kind: Pod\nmetadata: {name: "{{ .Release.Name }}"}\n', 'file: metadata.name: is a template: '],
    ['# Title\n\ntext: a\n\n```yaml\n', 'file: is not YAML: line 5: '],
    ['{{- if .Values.on }}\nkind: Pod\n{{- end }}\n', 'file: is a template: '],
    ['kind: Pod\nmetadata:\n  name: {{ .Release.Name }}\n', 'file: is a template: '],
    ['<!DOCTYPE html>\n<html>', 'file: is a web page'],
    ['kind: Table\napiVersion: meta.k8s.io/v1\n', 'file: is a table for people: '],
    ['kind: KubeSchedulerConfiguration\n', 'file: is a configuration: give it with --config'],
    ['apiVersion: v1\nkind: Config\n', 'file: is a kubeconfig'],
    [
      'replicaCount: 3\nimage: {tag: x}\n',
      'file: is neither a scenario nor a Kubernetes object: it has no kind',
    ],
    ['just words\n', 'file: must be an object, not "just words"'],
    ['# nothing\n', 'file: is empty'],
  ])('%j', (text, message) => {
    expect(refusalOf(text)).toContain(message);
    expect(refusalOf(text)).not.toContain('\n');
  });

  it('a kustomization names other files, also when it does not say what it is', () => {
    const { intake } = read('resources: [a.yaml]\nnamePrefix: x-\n');
    expect(intake.leftOut).toEqual([
      { object: 'Kustomization', reason: 'it names other files: build them with "kubectl kustomize"' },
    ]);
    expect(intake.others).toEqual({});
  });

  it('braces in a value make no template', () => {
    const text =
      'kind: Pod\nmetadata:\n  name: a\n  annotations: {x: "{{ $labels.pod }}"}\nspec: {containers: [{name: c}]}\n';
    expect(podsIn(text)).toEqual(['a']);
  });
});

describe('input is bounded', () => {
  const level = (n: number) => `l${n}: &l${n} [${`*l${n - 1},`.repeat(9)}]\n`;

  it.each<[string, string, string]>([
    [
      'an alias bomb',
      `l0: &l0 [x]\n${[1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(level).join('')}`,
      'unfold to more',
    ],
    ['deep YAML', `${'['.repeat(100_000)}x`, 'is not JSON'],
    ['deep blocks of YAML', `a: ${'{a: '.repeat(100_000)}`, 'nesting exceeded'],
    ['deep JSON', `${'[['.repeat(50_000)}${']]'.repeat(50_000)}`, 'is nested too deeply'],
    [
      'an object in itself',
      `{"kind":"Pod","metadata":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_001)}`,
      'is nested too deeply',
    ],
  ])('%s', (_, text, message) => {
    const before = performance.now();
    expect(refusalOf(text)).toContain(message);
    expect(performance.now() - before).toBeLessThan(5000);
  });

  it('many documents are read in their number', () => {
    const text = `${JSON.stringify(node)}\n---\n${Array.from({ length: 20_000 }, (_, i) => JSON.stringify(pod(`p${i}`))).join('\n---\n')}`;
    const before = performance.now();
    expect(podsIn(text)).toHaveLength(20_000);
    expect(performance.now() - before).toBeLessThan(20_000);
  });
});
