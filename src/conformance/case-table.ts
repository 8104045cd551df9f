import { AFTER_CASES } from './cases/after.ts'
import { BINARY_CASES } from './cases/binary.ts'
import { CLASSIFICATION_CASES } from './cases/classification.ts'
import { COMPRESSION_CASES } from './cases/compression.ts'
import { DATATYPE_CASES } from './cases/datatypes.ts'
import { ERROR_CASES } from './cases/errors.ts'
import { GRPC_CASES } from './cases/grpc.ts'
import { GRPC_ERROR_CASES } from './cases/grpc-errors.ts'
import { GRPC_SERVICE_CASES } from './cases/grpc-services.ts'
import { HEALTH_CASES } from './cases/health.ts'
import { INFER_CASES } from './cases/infer.ts'
import { METADATA_CASES } from './cases/metadata.ts'
import { OUTPUT_CASES } from './cases/outputs.ts'
import { PARAMETER_CASES } from './cases/parameters.ts'
import { RAW_CASES } from './cases/raw.ts'
import { REPOSITORY_CASES } from './cases/repository.ts'
import { REQUEST_ID_CASES } from './cases/request-ids.ts'
import { SHAPE_CASES } from './cases/shapes.ts'
import { STATISTICS_CASES } from './cases/statistics.ts'
import { STREAM_CASES } from './cases/stream.ts'
import type { ConformanceCase } from './conformance-case.ts'

/** All cases, in the order in which they run. */
export const CASES: readonly ConformanceCase[] = [
  ...HEALTH_CASES,
  ...METADATA_CASES,
  ...INFER_CASES,
  ...SHAPE_CASES,
  ...DATATYPE_CASES,
  ...OUTPUT_CASES,
  ...PARAMETER_CASES,
  ...REQUEST_ID_CASES,
  ...ERROR_CASES,
  ...BINARY_CASES,
  ...RAW_CASES,
  ...CLASSIFICATION_CASES,
  ...COMPRESSION_CASES,
  ...STATISTICS_CASES,
  ...REPOSITORY_CASES,
  ...GRPC_CASES,
  ...GRPC_ERROR_CASES,
  ...STREAM_CASES,
  ...GRPC_SERVICE_CASES,
  ...AFTER_CASES,
]
