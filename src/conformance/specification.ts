/** The documents that say what a server does. Sections are named as they name them. */
export const DOCUMENTS = {
  rest: {
    title: 'Open Inference Protocol, HTTP/REST',
    url: 'https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md',
  },
  openapi: {
    title: 'Open Inference Protocol, OpenAPI',
    url: 'https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/open_inference_rest.yaml',
  },
  protocol: {
    title: 'Predict Protocol, Version 2',
    url: 'https://github.com/kserve/kserve/blob/master/docs/predict-api/v2/required_api.md',
  },
  grpc: {
    title: 'Open Inference Protocol, gRPC',
    url: 'https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/open_inference_grpc.proto',
  },
  binary: { title: 'Binary Tensor Data Extension', url: extension('binary_data') },
  classification: { title: 'Classification Extension', url: extension('classification') },
  parameters: { title: 'Parameters Extension', url: extension('parameters') },
  repository: { title: 'Model Repository Extension', url: extension('model_repository') },
  statistics: { title: 'Statistics Extension', url: extension('statistics') },
  configuration: { title: 'Model Configuration Extension', url: extension('model_configuration') },
  decoupled: {
    title: "Triton's gRPC service",
    url: 'https://github.com/triton-inference-server/common/blob/main/protobuf/grpc_service.proto',
  },
  http: { title: 'HTTP Semantics (RFC 9110)', url: 'https://www.rfc-editor.org/rfc/rfc9110' },
  health: {
    title: 'gRPC Health Checking Protocol',
    url: 'https://github.com/grpc/grpc/blob/master/doc/health-checking.md',
  },
  reflection: {
    title: 'gRPC Server Reflection Protocol',
    url: 'https://github.com/grpc/grpc/blob/master/doc/server-reflection.md',
  },
} as const

export interface Clause {
  readonly document: keyof typeof DOCUMENTS
  readonly section: string
}

export function clauseOf(document: Clause['document'], section: string): Clause {
  return { document, section }
}

/** As a reader finds it: document, section. */
export function clauseText({ document, section }: Clause): string {
  return `${DOCUMENTS[document].title}, "${section}"`
}

function extension(name: string): string {
  return `https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_${name}.md`
}
