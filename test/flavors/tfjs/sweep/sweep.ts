import { messageOf } from '../../../../src/core/errors.ts'
import { GRAPH_OPERATORS, graphRecipe } from './graph-generator.ts'
import { graphModel } from './graph-model.ts'
import type { GraphRecipe } from './graph-recipe.ts'
import { type JudgeOptions, judge, type Verdict } from './judge.ts'
import { LAYER_CLASSES, layersRecipe } from './layers-generator.ts'
import { layersModel } from './layers-model.ts'
import type { LayerConfig, LayersRecipe } from './layers-recipe.ts'
import { type RefNames, shrink } from './shrink.ts'
import type { SweepModel } from './sweep-model.ts'
import { type SweepReport, SweepTally } from './sweep-report.ts'
import { useBackend } from './tfjs-model.ts'

export interface SweepOptions {
  readonly models: number
  readonly seed: number
  /** Whether TF.js's wasm backend is compared as well. */
  readonly withWasm?: boolean
}

/** One of the two kinds of models. */
interface Kind<R> {
  /** What models are made for, in turn. */
  readonly names: readonly string[]
  readonly recipe: (seed: number, name: string) => Promise<R>
  readonly model: (recipe: R) => Promise<SweepModel>
  readonly uses: (recipe: R) => ReadonlySet<string>
  readonly refs: RefNames
}

const LAYERS: Kind<LayersRecipe> = {
  names: LAYER_CLASSES,
  recipe: async (seed, name) => layersRecipe(seed, name),
  model: layersModel,
  uses: (recipe) => new Set(classesOf(recipe)),
  refs: { step: /^step(\d+):(\d+)$/, name: (step, result) => `step${step}:${result}` },
}

const GRAPHS: Kind<GraphRecipe> = {
  names: GRAPH_OPERATORS,
  recipe: graphRecipe,
  model: async (recipe) => graphModel(recipe),
  uses: ({ steps }) => new Set(['Placeholder', 'Const', ...steps.map(({ op }) => op)]),
  refs: { step: /^n(\d+):(\d+)$/, name: (step, result) => `n${step}:${result}` },
}

/** Random layers models, each layer in turn, in TF.js and compiled. */
export function sweepLayers(options: SweepOptions): Promise<SweepReport> {
  return sweep(LAYERS, options)
}

/** Random graph models, each operator in turn, in TF.js and compiled. */
export function sweepGraphs(options: SweepOptions): Promise<SweepReport> {
  return sweep(GRAPHS, options)
}

async function sweep<R extends LayersRecipe | GraphRecipe>(
  kind: Kind<R>,
  { models, seed, withWasm = false }: SweepOptions,
): Promise<SweepReport> {
  await useBackend('cpu')
  const tally = new SweepTally()
  for (let index = 0; index < models; index += 1) {
    const own = (seed * 1_000_003 + index) % 2 ** 31
    const made = kind.names[index % kind.names.length]!
    const recipe = await kind.recipe(own, made)
    const verdict = await verdictOf(kind, recipe, { seed: own, withWasm })
    tally.count(verdict, kind.uses(recipe))
    if (verdict.kind !== 'failed') continue
    const isFailing = async (cut: R) => (await verdictOf(kind, cut, { seed: own })).kind === 'failed'
    const smallest = await shrink(recipe, kind.refs, isFailing)
    tally.fail({ seed: own, made, how: verdict.how, recipe: JSON.stringify(smallest) })
  }
  return tally.report()
}

async function verdictOf<R>(kind: Kind<R>, recipe: R, options: JudgeOptions): Promise<Verdict> {
  let model: SweepModel
  try {
    model = await kind.model(recipe)
  } catch (error) {
    return { kind: 'unrunnable', reason: messageOf(error) }
  }
  return judge(model, options)
}

/** Classes of layers, those within wrappers and models as well. */
function classesOf({ steps, inputs, sequential }: LayersRecipe): readonly string[] {
  return [
    sequential === true ? 'Sequential' : 'Model',
    ...(inputs.length > 0 ? ['InputLayer'] : []),
    ...steps.flatMap(({ className, config, nested }) => [
      ...(nested === undefined ? [className] : classesOf(nested)),
      ...innerClasses(config),
    ]),
  ]
}

function innerClasses({ layer, cell, cells }: LayerConfig): readonly string[] {
  return [layer, cell, ...(Array.isArray(cells) ? cells : [])].flatMap((inner: unknown) => {
    if (typeof inner !== 'object' || inner === null) return []
    const { className, config } = inner as { className: string; config: LayerConfig }
    return [className, ...innerClasses(config)]
  })
}
