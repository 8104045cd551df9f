/** Classes of layers that tfjs-layers 4.22 registers for reading. */
export const KNOWN_LAYERS: ReadonlySet<string> = new Set([
  ...['Activation', 'Add', 'AlphaDropout', 'Average', 'AveragePooling1D', 'AveragePooling2D'],
  ...['AveragePooling3D', 'BatchNormalization', 'Bidirectional', 'CategoryEncoding', 'CenterCrop'],
  ...['Concatenate', 'Conv1D', 'Conv2D', 'Conv2DTranspose', 'Conv3D', 'Conv3DTranspose', 'ConvLSTM2D'],
  ...['ConvLSTM2DCell', 'Cropping2D', 'Dense', 'DepthwiseConv2D', 'Dot', 'Dropout', 'ELU', 'Embedding'],
  ...['Flatten', 'Functional', 'GRU', 'GRUCell', 'GaussianDropout', 'GaussianNoise'],
  ...['GlobalAveragePooling1D', 'GlobalAveragePooling2D', 'GlobalMaxPooling1D', 'GlobalMaxPooling2D'],
  ...['InputLayer', 'LSTM', 'LSTMCell', 'LayerNormalization', 'LeakyReLU', 'Masking', 'MaxPooling1D'],
  ...['MaxPooling2D', 'MaxPooling3D', 'Maximum', 'Minimum', 'Model', 'Multiply', 'PReLU', 'Permute', 'RNN'],
  ...['RandomWidth', 'ReLU', 'RepeatVector', 'Rescaling', 'Reshape', 'Resizing', 'SeparableConv2D'],
  ...['Sequential', 'SimpleRNN', 'SimpleRNNCell', 'Softmax', 'SpatialDropout1D', 'StackedRNNCells'],
  ...['ThresholdedReLU', 'TimeDistributed', 'UpSampling2D', 'ZeroPadding2D'],
])

/**
 * Activations that tfjs-layers 4.22 registers, as it looks for them: `hard_sigmoid` of a file is `hardSigmoid`. What it
 * registers as `gelu_new` it does not find again for that reason.
 */
export const KNOWN_ACTIVATIONS: ReadonlySet<string> = new Set([
  ...['elu', 'selu', 'relu', 'relu6', 'linear', 'sigmoid', 'hardSigmoid', 'softplus', 'softsign', 'tanh'],
  ...['softmax', 'logSoftmax', 'gelu', 'mish', 'swish'],
])
