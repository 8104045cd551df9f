/** Each database's trigger that keeps the names of stored secrets, which MLflow's migrations make beside the tables. */

const NAME = 'prevent_secrets_aad_mutation'
const MESSAGE = 'secret_id and secret_name are immutable (used as AAD in encryption)'
const CHANGED = 'OLD.secret_id != NEW.secret_id OR OLD.secret_name != NEW.secret_name'

export const SQLITE_TRIGGER = [
  `CREATE TRIGGER ${NAME}\nBEFORE UPDATE ON secrets\nFOR EACH ROW\nWHEN ${CHANGED}\n` +
    `BEGIN\n    SELECT RAISE(ABORT, '${MESSAGE}');\nEND`,
]

export const POSTGRES_TRIGGER = [
  `CREATE FUNCTION ${NAME}() RETURNS TRIGGER AS $$\nBEGIN\n    IF ${CHANGED} THEN\n` +
    `        RAISE EXCEPTION '${MESSAGE}';\n    END IF;\n    RETURN NEW;\nEND;\n$$ LANGUAGE plpgsql`,
  `CREATE TRIGGER ${NAME} BEFORE UPDATE ON secrets FOR EACH ROW EXECUTE FUNCTION ${NAME}()`,
]
