/** Refusals that are meant, by what `SweepReport.refusals` calls them, and why. */
const LISTED: readonly (readonly [RegExp, string])[] = [
  [/^ConvLSTM2D: convolutions that go from step to step/, 'not among the layers that are compiled'],
  [/^(Cumprod|ShapeN): this operator is not compiled/, 'not among the operators that are compiled'],
  [
    /: a normalization over axis \d/,
    "TF.js's backends repeat the parameters along the last axis all the same",
  ],
  [
    /: activation '\w+' in a recurrent layer/,
    "onnxruntime's recurrent operators have not got it, or overflow in it",
  ],
  [/: a window of \d+ with a stride of \d+, padded/, 'TF.js moves such windows in three dimensions'],
  [/: a window of \d+ over \d+ elements|: nothing is left/, 'TF.js goes on without elements'],
  [/: a crop of \d+ from \d+/, 'pixels that lie between two others, or beside the image'],
  [/mask/, 'masks that TF.js gives another layer than Keras would'],
  [
    /: steps whose dimensions are not known|: an input whose dimension \d is not known/,
    'sizes of images that only a run tells',
  ],
  [
    /: padding of a size that is not known|: the nearest pixels of images of unknown size/,
    'sizes of images that only a run tells',
  ],
  [
    /: more than one dimension that is not known|: how many parts there are is not known|known at run time only/,
    'shapes that only a run tells',
  ],
  [/: Squeeze: no axes are given|Squeeze: no axes are given/, 'ranks that only a run tells'],
  [/: a shape with more than one free dimension/, 'shapes that only a run tells'],
  [
    /: an operand of type int32|: operands that are not float32/,
    'functions of integers, whose results TF.js types by backend',
  ],
  [/: an operand of type bool|: operands of type bool/, 'arithmetic on truth values'],
  [/^TopKV2: the largest in no certain order/, 'an order that nobody says'],
  [/^MatrixBandPart: bounds/, 'TF.js reads both bounds from one operand'],
  [/^Cum\w+: axis -/, 'TF.js takes an axis from the end for another'],
  [/: a bias with its channels first/, 'TF.js adds it along the last dimension'],
  [/^Flatten: an input of 2 dimensions/, 'TF.js takes it within other layers only'],
  [/^StridedSlice: /, 'slices that TF.js cuts otherwise than TensorFlow'],
  [/an input and an output are called/, 'a model of ONNX has one name for one tensor'],
  [
    /^MaxPoolWithArgmax|result 1 of node '.*' \(MaxPoolWithArgmax\)/,
    'places of the largest elements are not compiled',
  ],
]

/** Failures of onnxruntime where TF.js goes on with what it made of impossible sizes. */
const MEANT_FAILURES: readonly (readonly [RegExp, string])[] = [
  [
    /Split_\d+' .*All values must be >= 0/s,
    'a crop larger than its image, of which TF.js takes all that is left',
  ],
]

/** Whether a run had better fail than give what TF.js gives. */
export function isMeantFailure(how: string): boolean {
  return MEANT_FAILURES.some(([pattern]) => pattern.test(how))
}

/** Why a refusal is meant; undefined where it is not on the list. */
export function listedRefusal(refusal: string): string | undefined {
  return LISTED.find(([pattern]) => pattern.test(refusal))?.[1]
}
