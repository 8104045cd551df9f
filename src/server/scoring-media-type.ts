import { SCORING_MEDIA_TYPES, type ScoringMediaType } from '../protocols/mlflow-scoring/scoring-codec.ts'

const PROTOCOL_CHANGED =
  'IMPORTANT: The MLflow Model scoring protocol has changed in MLflow version 2.0. If you are seeing this error,' +
  ' you are likely using an outdated scoring request format. To resolve the error, either update your request' +
  " format or adjust your MLflow Model's requirements file to specify an older version of MLflow (for example," +
  " change the 'mlflow' requirement specifier to 'mlflow==1.30.0'). If you are making a request using the MLflow" +
  ' client (e.g. via `mlflow.pyfunc.spark_udf()`), upgrade your MLflow client to a version >= 2.0 in order to use' +
  ' the new request format. For more information about the updated MLflow Model scoring protocol in MLflow 2.0,' +
  ' see https://mlflow.org/docs/latest/models.html#deploy-mlflow-models.'

/** The text of a 415. */
export interface UnsupportedMediaType {
  readonly refusal: string
}

/**
 * Reads a Content-Type header as MLflow 3.17.2 does (`mlflow/pyfunc/scoring_server`, `invocations`): split at
 * each `;`, compared case-sensitively, and no parameter but a charset of UTF-8.
 */
export function scoringMediaType(header: string): ScoringMediaType | UnsupportedMediaType {
  if (header === 'application/json') return header
  const [mediaType = '', ...pairs] = header.split(';').map((part) => part.trim())
  const parameters = new Map(pairs.map(nameAndValue))
  if ((parameters.get('charset') ?? 'utf-8').toLowerCase() !== 'utf-8') {
    return { refusal: 'The scoring server only supports UTF-8' }
  }
  parameters.delete('charset')
  if (parameters.size > 0) {
    const names = [...parameters.keys()].join(', ')
    return { refusal: `Unrecognized content type parameters: ${names}. ${PROTOCOL_CHANGED}` }
  }
  const known = SCORING_MEDIA_TYPES.find((type) => type === mediaType)
  if (known !== undefined) return known
  const supported = SCORING_MEDIA_TYPES.map((type) => `'${type}'`).join(', ')
  return {
    refusal: `This predictor only supports the following content types: Types: [${supported}]. Got '${header}'.`,
  }
}

/** Python's `str.partition('=')`. */
function nameAndValue(pair: string): [name: string, value: string] {
  const equals = pair.indexOf('=')
  return equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)]
}
