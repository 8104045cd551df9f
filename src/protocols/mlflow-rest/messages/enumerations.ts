/** Enumerations of `service.proto` and `model_registry.proto` (MLflow 3.17.2): names as sent, with their numbers. */

export const ViewType = { ACTIVE_ONLY: 1, DELETED_ONLY: 2, ALL: 3 } as const

export const RunStatus = { RUNNING: 1, SCHEDULED: 2, FINISHED: 3, FAILED: 4, KILLED: 5 } as const

export const LoggedModelStatus = {
  LOGGED_MODEL_STATUS_UNSPECIFIED: 0,
  LOGGED_MODEL_PENDING: 1,
  LOGGED_MODEL_READY: 2,
  LOGGED_MODEL_UPLOAD_FAILED: 3,
} as const

export const ModelVersionStatus = { PENDING_REGISTRATION: 1, FAILED_REGISTRATION: 2, READY: 3 } as const
