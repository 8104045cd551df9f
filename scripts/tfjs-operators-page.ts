import { KNOWN_LAYERS } from '../src/flavors/tfjs/artifacts/known-layers.ts'
import { KNOWN_OPERATORS } from '../src/flavors/tfjs/artifacts/known-operators.ts'
import { refusal } from '../src/flavors/tfjs/compile/graph-def/refusals.ts'
import { GRAPH_TABLE } from '../src/flavors/tfjs/compile/graph-def/table.ts'
import { LAYER_TABLE } from '../src/flavors/tfjs/compile/layers/layer-table.ts'
import { layerRefusal } from '../src/flavors/tfjs/compile/layers/refusals.ts'

/** What layers models are made of besides layers that compute something. */
const PARTS_OF_MODELS: ReadonlySet<string> = new Set(['Functional', 'InputLayer', 'Model', 'Sequential'])
/** Parts of recurrent layers, by the layer that they are part of. */
const CELLS: ReadonlyMap<string, string> = new Map([
  ['GRUCell', 'RNN'],
  ['LSTMCell', 'RNN'],
  ['SimpleRNNCell', 'RNN'],
  ['StackedRNNCells', 'RNN'],
  ['ConvLSTM2DCell', 'ConvLSTM2D'],
])
/** What graphs are made of besides operators that compute something. */
const PARTS_OF_GRAPHS: ReadonlySet<string> = new Set(['Const', 'NoOp', 'Placeholder'])

const INTRODUCTION = `# What of TF.js is compiled

Made from the tables of the compiler (\`src/flavors/tfjs/compile/layers\` and \`compile/graph-def\`) by \`npm run docs\`.

A model is compiled to ONNX as a whole or not at all; what is left out runs in TF.js ([TF.js models](tfjs.md)). The second column says where the
semantics are specified. TF.js 4.22.0 is the reference: where it differs from Keras or TensorFlow, so does the compiled model, and what
its own engines disagree about is refused.`

/** The text of `docs/tfjs-operators.md`; a test keeps the file equal to it. */
export function tfjsOperatorsPage(): string {
  return [
    INTRODUCTION,
    ...section('Layers of layers models', compiledLayers()),
    ...section('Layers that are left out', refusedLayers()),
    ...section('Operators of graph models', compiledOperators()),
    ...section('Operators that are left out', refusedOperators()),
    '',
  ].join('\n')
}

type Row = readonly [names: string, text: string]

function section(title: string, rows: readonly Row[]): readonly string[] {
  return [
    '',
    `## ${title}`,
    '',
    '| | |',
    '|---|---|',
    ...rows.map(([names, text]) => `| ${names} | ${text} |`),
  ]
}

function compiledLayers(): readonly Row[] {
  return [...LAYER_TABLE.values()]
    .toSorted((a, b) => byText(a.className, b.className))
    .map(({ className, semantics }) => [code([className]), semantics])
}

function compiledOperators(): readonly Row[] {
  return GRAPH_TABLE.toSorted((a, b) => byText(a.names[0]!, b.names[0]!)).map(({ names, semantics }) => [
    code(names),
    semantics,
  ])
}

function refusedLayers(): readonly Row[] {
  const names = [...KNOWN_LAYERS].filter((name) => !LAYER_TABLE.has(name) && !PARTS_OF_MODELS.has(name))
  return reasons(
    names.filter((name) => !LAYER_TABLE.has(CELLS.get(name) ?? name)),
    (name) => layerRefusal(CELLS.get(name) ?? name),
  )
}

function refusedOperators(): readonly Row[] {
  const compiled = new Set(GRAPH_TABLE.flatMap(({ names }) => names))
  return reasons(
    [...KNOWN_OPERATORS].filter((name) => !compiled.has(name) && !PARTS_OF_GRAPHS.has(name)),
    refusal,
  )
}

/** Those with one reason together. */
function reasons(names: readonly string[], reasonOf: (name: string) => string): readonly Row[] {
  return [...Map.groupBy(names, reasonOf)].map(([reason, alike]) => [code(alike), reason])
}

function code(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(' ')
}

function byText(a: string, b: string): number {
  return a < b ? -1 : 1
}
