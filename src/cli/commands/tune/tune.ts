import { writeFile } from 'node:fs/promises'
import { allowedCores } from '../../../bench/processes/cores.ts'
import { type Candidate, flagsOf, flagsText } from '../../../bench/tune/candidate.ts'
import { tuneServer } from '../../../bench/tune/tune-server.ts'
import type { Tuning } from '../../../bench/tune/tuning.ts'
import { invalidParameter } from '../../../core/errors.ts'
import { availableResources } from '../../../runtime/cores.ts'
import type { TuneSettings } from '../../tune-settings.ts'
import { type Machine, thisMachine } from '../../tuned/machine.ts'
import { modelDigest } from '../../tuned/model-digest.ts'
import { tunedFileText } from '../../tuned/tuned-file.ts'
import { version } from '../../version.ts'
import { type FoundModel, findModel } from '../bench/known-model.ts'
import { LoadLine } from '../bench/load-line.ts'
import { coresApart } from '../bench/open-targets.ts'
import { stopOnSignal } from '../image/stop-on-signal.ts'
import { ServerBench } from './server-bench.ts'
import { triedTable } from './tried-table.ts'

export interface TuneCall {
  readonly urls: readonly string[]
  readonly serverFlags: readonly string[]
  readonly settings: TuneSettings
}

/** Finds settings, explains them on standard output and writes them to a file. @throws ServingError */
export async function tune({ urls, serverFlags, settings }: TuneCall): Promise<void> {
  const { modelUri } = settings
  if (urls.length > 0)
    throw invalidParameter(`'${urls[0]}' is not understood: headrace tune -m URI -- flags of headrace serve`)
  if (modelUri === undefined) throw invalidParameter('No model is named: headrace tune -m URI')
  const signal = stopOnSignal()
  const line = new LoadLine()
  const notes: string[] = []
  const model = await findModel(modelUri, settings, signal)
  // Before this process keeps to a part of them.
  const all = allowedCores().length || availableResources().cores
  const machine = thisMachine()
  const apart = await coresApart({ note: (text) => notes.push(text) })
  const cores = apart?.serverCores ?? all
  for (const note of notes) line.say(note)
  const bench = new ServerBench({
    ...{ model, settings, serverFlags, apart, cores, signal },
    say: (text) => line.say(text),
  })
  const tuning = await tuneServer(bench, { cores, p99Ms: settings.p99Ms })
  const flags = flagsOf(tuning.chosen, all)
  await write(tuning, { model, settings, flags, notes, machine })
  process.stdout.write(explanation(tuning, { cores, all, flags, settings }))
}

interface Explained {
  readonly cores: number
  readonly all: number
  readonly flags: Readonly<Record<string, string>>
  readonly settings: TuneSettings
}

function explanation(tuning: Tuning, { cores, all, flags, settings }: Explained): string {
  const scaled =
    cores === all || isPlain(tuning.chosen)
      ? []
      : [`Measured on ${cores} of ${all} cores; for all of them: ${flagsText(flags)}.`]
  return [
    '',
    ...triedTable(tuning.tried, cores),
    '',
    ...tuning.reasons,
    ...scaled,
    `Written to ${settings.outputPath}: headrace serve --tuned ${settings.outputPath} -m ${settings.modelUri}`,
    '',
  ].join('\n')
}

function isPlain(candidate: Candidate): boolean {
  return Object.keys(candidate).length === 0
}

async function write(
  { reasons }: Tuning,
  found: {
    readonly model: FoundModel
    readonly settings: TuneSettings
    readonly flags: Readonly<Record<string, string>>
    readonly notes: readonly string[]
    readonly machine: Machine
  },
): Promise<void> {
  const { model, settings, flags, notes, machine } = found
  const { outputPath, p99Ms } = settings
  const objective =
    p99Ms === undefined
      ? 'the most answers a second'
      : `the largest Poisson rate with a p99 of ${p99Ms} ms at most`
  const file = {
    settings: flags,
    model: { uri: model.resolved.canonicalUri, digest: await modelDigest(model.resolved.path) },
    machine,
    versions: { headrace: version(), node: process.versions.node },
  }
  const day = new Date().toISOString().slice(0, 10)
  const words = [`Made by headrace tune on ${day}, for ${objective}.`, ...reasons, ...notes]
  await writeFile(outputPath, tunedFileText(file, words))
}
