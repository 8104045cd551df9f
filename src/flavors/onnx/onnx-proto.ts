/** Field numbers of the ONNX format that Headrace reads or writes (onnx 1.23, `onnx/onnx.proto`). */
export const MODEL = { irVersion: 1, graph: 7, opsetImport: 8, trainingInfo: 20, functions: 25 } as const
export const OPSET = { domain: 1, version: 2 } as const
export const FUNCTION = { name: 1, node: 7, domain: 10 } as const
export const TRAINING_INFO = { initialization: 1, algorithm: 2 } as const
export const GRAPH = { node: 1, initializer: 5, input: 11, output: 12, sparseInitializer: 15 } as const
export const NODE = { input: 1, output: 2, name: 3, opType: 4, attribute: 5, domain: 7 } as const
export const ATTRIBUTE = {
  name: 1,
  tensor: 5,
  graph: 6,
  ints: 8,
  strings: 9,
  tensors: 10,
  graphs: 11,
  sparseTensor: 22,
  sparseTensors: 23,
} as const
export const TENSOR = { name: 8, externalData: 13 } as const
export const SPARSE_TENSOR = { values: 1, indices: 2 } as const
export const ENTRY = { key: 1, value: 2 } as const
export const VALUE_INFO = { name: 1, type: 2 } as const
export const TYPE = { tensor: 1, sequence: 4, map: 5, sparseTensor: 8, optional: 9 } as const
export const TENSOR_TYPE = { elementType: 1, shape: 2 } as const

/** The element type that ZipMap's input has. */
export const FLOAT = 1
