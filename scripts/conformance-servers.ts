/** A server whose report is kept, and what there is to say of it beside the cases. */
export interface TriedServer {
  /** With its version. */
  readonly name: string
  /** Of the report, without its ending. */
  readonly file: string
  /** Cases that ended the server, and so are not in its report. */
  readonly endedBy?: readonly string[]
  /** Sentences, in Markdown. */
  readonly notes: readonly string[]
}

export const SERVERS: readonly TriedServer[] = [
  { name: 'Headrace 0.1.0', file: 'headrace', notes: [] },
  {
    name: 'Triton 2.51.0',
    file: 'triton',
    endedBy: ['rest.errors.huge-size', 'rest.errors.huge-size-status'],
    notes: [
      'Run as nvidia-pytriton 0.7.0 ships it (Python backend, onnxruntime behind it), with its access token.',
      '**One request ends the server**: an input of shape `[4000000000, 1, 8, 8]` with 64 numbers in its JSON ' +
        '(`rest.errors.huge-size`). The process is gone, with what others were waiting for; no answer is sent. The ' +
        'two cases of it are left out of the report (`--without`).',
      'JSON that cannot be read (not JSON, a field that is missing or of another kind) is answered 500, with the right ' +
        'body. A program that asks again after 500 asks again for ever.',
      '`binary_data_output` counts only where the request names no outputs: an output that is named without ' +
        '`binary_data` comes as JSON, where the extension says that it is binary unless its own parameter says otherwise.',
      '`raw_input_contents` for more inputs than there are: what is left over is ignored.',
      'Reading a gzip body that breaks off is answered 500.',
      'The health service says SERVING of any service, known or not.',
      'The index of the model repository is empty, which is pytriton’s doing: its models are in no repository.',
    ],
  },
  {
    name: 'MLServer 1.7.1',
    file: 'mlserver',
    notes: [
      'With uvloop 0.21.0 (the newest does not start it) and a runtime of 20 lines for ONNX.',
      'Refused requests have FastAPI’s `{"detail": …}` instead of `{"error": "text"}`, which is most of what fails here.',
      'A failure in the model or its codec, such as data that do not fit their shape, is answered 500 with plain text.',
      '`outputs` of a request do nothing: all outputs come back, and unknown names are not noticed. Names of inputs are ' +
        'the runtime’s business: its own codecs do not look at them.',
      'The id of a request is also set as a header of the reply: an id with a letter beyond Latin-1 is answered 500, one ' +
        'with a line end not at all, and over gRPC any letter beyond ASCII gives INTERNAL.',
      'NumpyCodec writes one-dimensional outputs as `[n, 1]`, whatever the metadata say.',
      'Over gRPC raw contents for too many inputs, and both forms at once, are taken.',
      '`ModelStreamInfer` has another answer than Triton’s: `ModelInferResponse` itself rather than ' +
        '`ModelStreamInferResponse`, so that clients of the one cannot read the other.',
    ],
  },
  {
    name: 'furnace-server 0.14.0',
    file: 'furnace',
    notes: [
      'A Rust library, with an adapter of 80 lines to onnxruntime; built without its gRPC feature.',
      'A model with one input and one output answers as `input` and `output`, whatever names its metadata have. The ' +
        'adapter was made to say `input`; before, no request made from the metadata was answered.',
      'Nested data that are not rectangular are taken where the number of elements is right.',
      'It announces `binary_tensor_data`, but has no raw requests; bytes after the last tensor are ignored; ' +
        '`binary_data` of an output does not go before `binary_data_output`.',
    ],
  },
]

/** What the documents do not say, or say twice, and how the cases read it. */
export const LEFT_OPEN: readonly (readonly [text: string, reading: string])[] = [
  [
    'The body of a health answer: `{"live": …}` and `{"ready": …}` in one document (the first for both in one place), none in another, "ignored" in the third',
    'The status alone counts',
  ],
  ['Server metadata at `v2` (text) or `/v2/` (OpenAPI)', '`/v2` must, `/v2/` should'],
  [
    'Paths without a version are optional in the text and absent in the OpenAPI document',
    'Paths without a version are used throughout, those with one where metadata name versions',
  ],
  [
    '`inputs` and `outputs` of model metadata are required by the text and optional by the OpenAPI document',
    'They may be absent; naming the tensors is a should',
  ],
  [
    'An example has an input of shape `[3]` with one element',
    'As many elements as the shape says: the example is taken for a slip',
  ],
  ['A sample reply has no `model_name`, which the schema requires', '`model_name` must be there'],
  ['`model_version` should be absent from servers without versions', 'Absent or one that the metadata name'],
  ['The order of outputs in a reply', 'Any'],
  ['An empty list of `outputs`', 'Should mean all, as in gRPC where it cannot be told from none'],
  ['Whether unknown parameters are errors', 'Only tried where the extension `parameters` is announced'],
  [
    'An HTTP error status, "typically 400"',
    'Any from 400 must; from 400 to 499 should, since the mistake is the client’s',
  ],
  [
    'FP16 in JSON: no word for REST',
    'Numbers are sent; what comes back has to be numbers. Nothing else is asked',
  ],
  ['Requests without rows', 'An answer without rows, or a refusal in words'],
  ['Compression is nowhere announced', '415, or any other refusal from 400 to 499, means that there is none'],
  [
    'Codes of gRPC',
    'Not OK must; NOT_FOUND for an unknown model, and none that says INTERNAL or UNKNOWN for a mistake, should',
  ],
]
