/** The workspace of an MLflow server without workspaces, the only one that Headrace reads and writes. */
export const WORKSPACE = 'default'
