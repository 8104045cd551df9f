import type { fromJSON } from '@grpc/proto-loader'

type Namespace = Parameters<typeof fromJSON>[0]
type Fields = Readonly<Record<string, readonly [type: string, id: number, kind?: 'repeated' | 'map']>>

/**
 * The messages that the cases send and read, written down here from the published numbers: a kit that shared them with
 * a server would share its mistakes.
 */
export const MESSAGES: Namespace = {
  nested: {
    inference: {
      nested: {
        GRPCInferenceService: {
          methods: {
            ...unary(
              'ServerLive',
              'ServerReady',
              'ModelReady',
              'ServerMetadata',
              'ModelMetadata',
              'ModelInfer',
            ),
            ...unary('ModelStatistics', 'ModelConfig', 'RepositoryIndex'),
            ...unary('RepositoryModelLoad', 'RepositoryModelUnload'),
            ModelStreamInfer: streaming('ModelInferRequest', 'ModelStreamInferResponse'),
          },
        },
        NoSuchService: {
          methods: { Check: method('ServerLiveRequest', 'ServerLiveResponse') },
        },
        ServerLiveRequest: message({}),
        ServerLiveResponse: message({ live: ['bool', 1] }),
        ServerReadyRequest: message({}),
        ServerReadyResponse: message({ ready: ['bool', 1] }),
        ModelReadyRequest: message({ name: ['string', 1], version: ['string', 2] }),
        ModelReadyResponse: message({ ready: ['bool', 1] }),
        ServerMetadataRequest: message({}),
        ServerMetadataResponse: message({
          name: ['string', 1],
          version: ['string', 2],
          extensions: ['string', 3, 'repeated'],
        }),
        ModelMetadataRequest: message({ name: ['string', 1], version: ['string', 2] }),
        ModelMetadataResponse: message({
          name: ['string', 1],
          versions: ['string', 2, 'repeated'],
          platform: ['string', 3],
          inputs: ['TensorMetadata', 4, 'repeated'],
          outputs: ['TensorMetadata', 5, 'repeated'],
        }),
        TensorMetadata: message({
          name: ['string', 1],
          datatype: ['string', 2],
          shape: ['int64', 3, 'repeated'],
        }),
        ModelInferRequest: message({
          model_name: ['string', 1],
          model_version: ['string', 2],
          id: ['string', 3],
          parameters: ['InferParameter', 4, 'map'],
          inputs: ['InferTensor', 5, 'repeated'],
          outputs: ['RequestedOutput', 6, 'repeated'],
          raw_input_contents: ['bytes', 7, 'repeated'],
        }),
        ModelInferResponse: message({
          model_name: ['string', 1],
          model_version: ['string', 2],
          id: ['string', 3],
          parameters: ['InferParameter', 4, 'map'],
          outputs: ['InferTensor', 5, 'repeated'],
          raw_output_contents: ['bytes', 6, 'repeated'],
        }),
        ModelStreamInferResponse: message({
          error_message: ['string', 1],
          infer_response: ['ModelInferResponse', 2],
        }),
        RequestedOutput: message({ name: ['string', 1], parameters: ['InferParameter', 2, 'map'] }),
        InferTensor: message({
          name: ['string', 1],
          datatype: ['string', 2],
          shape: ['int64', 3, 'repeated'],
          parameters: ['InferParameter', 4, 'map'],
          contents: ['InferTensorContents', 5],
        }),
        InferParameter: {
          oneofs: {
            parameter_choice: {
              oneof: ['bool_param', 'int64_param', 'string_param', 'double_param', 'uint64_param'],
            },
          },
          ...message({
            bool_param: ['bool', 1],
            int64_param: ['int64', 2],
            string_param: ['string', 3],
            double_param: ['double', 4],
            uint64_param: ['uint64', 5],
          }),
        },
        InferTensorContents: message({
          bool_contents: ['bool', 1, 'repeated'],
          int_contents: ['int32', 2, 'repeated'],
          int64_contents: ['int64', 3, 'repeated'],
          uint_contents: ['uint32', 4, 'repeated'],
          uint64_contents: ['uint64', 5, 'repeated'],
          fp32_contents: ['float', 6, 'repeated'],
          fp64_contents: ['double', 7, 'repeated'],
          bytes_contents: ['bytes', 8, 'repeated'],
        }),
        ModelStatisticsRequest: message({ name: ['string', 1], version: ['string', 2] }),
        ModelStatisticsResponse: message({ model_stats: ['ModelStatistics', 1, 'repeated'] }),
        ModelStatistics: message({
          name: ['string', 1],
          version: ['string', 2],
          last_inference: ['uint64', 3],
          inference_count: ['uint64', 4],
          execution_count: ['uint64', 5],
        }),
        ModelConfigRequest: message({ name: ['string', 1], version: ['string', 2] }),
        ModelConfigResponse: message({ config: ['ModelConfig', 1] }),
        ModelConfig: message({ name: ['string', 1] }),
        RepositoryIndexRequest: message({ repository_name: ['string', 1], ready: ['bool', 2] }),
        RepositoryIndexResponse: message({ models: ['ModelIndex', 1, 'repeated'] }),
        ModelIndex: message({
          name: ['string', 1],
          version: ['string', 2],
          state: ['string', 3],
          reason: ['string', 4],
        }),
        RepositoryModelLoadRequest: message({ repository_name: ['string', 1], model_name: ['string', 2] }),
        RepositoryModelLoadResponse: message({}),
        RepositoryModelUnloadRequest: message({ repository_name: ['string', 1], model_name: ['string', 2] }),
        RepositoryModelUnloadResponse: message({}),
      },
    },
    grpc: {
      nested: {
        health: {
          nested: {
            v1: {
              nested: {
                Health: {
                  methods: {
                    Check: method('HealthCheckRequest', 'HealthCheckResponse'),
                  },
                },
                HealthCheckRequest: message({ service: ['string', 1] }),
                HealthCheckResponse: message({ status: ['int32', 1] }),
              },
            },
          },
        },
        reflection: { nested: { v1: reflection(), v1alpha: reflection() } },
      },
    },
  },
}

function unary(...names: readonly string[]) {
  return Object.fromEntries(names.map((name) => [name, method(`${name}Request`, `${name}Response`)]))
}

function method(requestType: string, responseType: string) {
  return { requestType, responseType, comment: '' }
}

function streaming(requestType: string, responseType: string) {
  return { ...method(requestType, responseType), requestStream: true, responseStream: true }
}

function message(fields: Fields) {
  return { fields: Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, fieldOf(field)])) }
}

function fieldOf([type, id, kind]: Fields[string]) {
  if (kind === 'map') return { keyType: 'string', type, id }
  return kind === 'repeated' ? { rule: 'repeated', type, id } : { type, id }
}

/** The part of reflection that lists services. */
function reflection() {
  return {
    nested: {
      ServerReflection: {
        methods: {
          ServerReflectionInfo: streaming('ServerReflectionRequest', 'ServerReflectionResponse'),
        },
      },
      ServerReflectionRequest: message({
        host: ['string', 1],
        file_containing_symbol: ['string', 4],
        list_services: ['string', 7],
      }),
      ServerReflectionResponse: message({
        file_descriptor_response: ['FileDescriptorResponse', 4],
        list_services_response: ['ListServiceResponse', 6],
      }),
      FileDescriptorResponse: message({ file_descriptor_proto: ['bytes', 1, 'repeated'] }),
      ListServiceResponse: message({ service: ['ServiceResponse', 1, 'repeated'] }),
      ServiceResponse: message({ name: ['string', 1] }),
    },
  }
}
