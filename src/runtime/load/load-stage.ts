/** What is being done with a model, in this order; none is told before its files are read. */
export type LoadStage = 'opening' | 'timing' | 'proving' | 'tuning' | 'closing'
