import type { OutputMetadata, TensorMetadata } from '../../../core/predictor.ts'
import { printable } from '../../../core/printable.ts'
import type { ModelOrigin } from '../../../core/resolved-model.ts'
import { print, printJson, table } from '../../output.ts'
import { prepareOptions } from '../../prepare-options.ts'
import { amount } from '../../progress.ts'
import { type ModelReport, reportOn } from './model-report.ts'
import type { OpeningOptions } from './options.ts'
import { logger, withResolver } from './registry.ts'
import { signatureTable } from './signature-table.ts'

/** Shows the model that a URI or path leads to: where it is from, what it takes and what it gives. */
export async function showModel(uri: string, options: OpeningOptions): Promise<void> {
  const report = await withResolver(options, async (client) =>
    reportOn(await client.resolve(uri), prepareOptions(options, logger)),
  )
  if (options.json) {
    printJson(asJson(report))
    return
  }
  const { signature } = report.mlmodel
  print(table(['MODEL', printable(report.model.canonicalUri)], facts(report)))
  print('')
  print(signature === undefined ? 'The model has no signature.' : signatureTable(signature))
  print('')
  print(fileTable(report))
}

function asJson({ model, mlmodel, engine, files, bytes, file }: ModelReport): object {
  const { flavor, mlflowVersion, runId, modelId, signature } = mlmodel
  return { ...model, flavor, engine, mlflowVersion, runId, modelId, files, bytes, signature, modelFile: file }
}

function facts({ model, mlmodel, engine, files, bytes }: ModelReport): readonly (readonly string[])[] {
  const { name, version, alias, path, origin } = model
  const { flavor, mlflowVersion, runId, modelId } = mlmodel
  const rows: Readonly<Record<string, string | undefined>> = {
    ...{ name, version, alias, flavor },
    engine: engine?.name,
    'not on onnxruntime': engine?.reason,
    'MLflow version': mlflowVersion,
    run: runId,
    'logged model': modelId,
    size: `${amount(bytes, 'bytes')} in ${files} file${files === 1 ? '' : 's'}`,
    registry: origin.registry,
    from: `${origin.location}${HOW[origin.kind]}`,
    path,
  }
  return Object.entries(rows).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]]))
}

const HOW: Readonly<Record<ModelOrigin['kind'], string>> = {
  local: '',
  downloaded: ' (downloaded now)',
  cached: ' (downloaded before, unchanged)',
  offline: ' (downloaded before; the registry was not asked or did not answer)',
}

function fileTable({ file }: ModelReport): string {
  if ('problem' in file) return printable(`The model file cannot be opened: ${file.problem}`)
  return table(
    ['MODEL FILE', 'NAME', 'DATATYPE', 'SHAPE', ''],
    [
      ...file.inputs.map((input) => tensorRow('input', input)),
      ...file.outputs.map((output) => tensorRow('output', output)),
    ],
  )
}

/** Datatypes by their names in the Open Inference Protocol; -1 is any size. */
function tensorRow(
  title: string,
  { name, datatype, shape, unranked, classLabels }: TensorMetadata & OutputMetadata,
): readonly string[] {
  const labels = classLabels === undefined ? '' : `a value for each of ${classLabels.join(', ')}`
  return [title, name, datatype, unranked ? 'any' : `[${shape.join(', ')}]`, labels]
}
