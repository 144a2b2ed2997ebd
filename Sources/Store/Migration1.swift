/// The first schema. Times are RFC 3339 text in UTC with milliseconds, which SQLite's own date functions read and which
/// sort as they are.
enum Migration1 {
    static let sql = people + projects + deployments + housekeeping

    private static let people = """
        CREATE TABLE users (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            username TEXT NOT NULL UNIQUE COLLATE NOCASE CHECK (length(username) BETWEEN 1 AND 64),
            password TEXT NOT NULL CHECK (length(password) > 0),
            role TEXT NOT NULL CHECK (role IN ('admin', 'user', 'viewer')),
            created_at DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
        );

        CREATE TABLE sessions (
            id INTEGER PRIMARY KEY,
            user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            family TEXT NOT NULL CHECK (length(family) > 0),
            token_hash BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
            created_at DATETIME NOT NULL,
            expires_at DATETIME NOT NULL,
            used_at DATETIME,
            revoked_at DATETIME,
            user_agent TEXT NOT NULL DEFAULT '',
            address TEXT NOT NULL DEFAULT ''
        );
        CREATE INDEX sessions_user ON sessions (user_id);
        CREATE INDEX sessions_family ON sessions (family);
        CREATE INDEX sessions_expiry ON sessions (expires_at);

        CREATE TABLE api_tokens (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            name TEXT NOT NULL CHECK (length(name) > 0),
            scope TEXT NOT NULL CHECK (scope IN ('deploy', 'read', 'full')),
            token_hash BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
            prefix TEXT NOT NULL DEFAULT '',
            created_at DATETIME NOT NULL,
            expires_at DATETIME,
            last_used_at DATETIME,
            UNIQUE (user_id, name)
        );


        """

    /// AUTOINCREMENT: a project's number names its Unix users, so it is never given out twice. `env_vars` holds the
    /// names only; the values are sealed in `environment`.
    private static let projects = """
        CREATE TABLE projects (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL UNIQUE CHECK (name GLOB '[a-z]*' AND length(name) <= 31),
            display_name TEXT NOT NULL,
            path TEXT NOT NULL CHECK (path GLOB '/*'),
            start_command TEXT NOT NULL DEFAULT '',
            port INTEGER UNIQUE CHECK (port BETWEEN 1 AND 65535),
            env_vars TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(env_vars)),
            pm2_name TEXT NOT NULL UNIQUE,
            status TEXT NOT NULL DEFAULT 'stopped'
                CHECK (status IN ('deploying', 'starting', 'running', 'stopping', 'stopped', 'error')),
            wanted TEXT NOT NULL DEFAULT 'stopped' CHECK (wanted IN ('running', 'stopped')),
            owner_id INTEGER NOT NULL REFERENCES users (id),
            https_redirect INTEGER NOT NULL DEFAULT 1 CHECK (https_redirect IN (0, 1)),
            health_path TEXT,
            single_page INTEGER NOT NULL DEFAULT 0 CHECK (single_page IN (0, 1)),
            live_release INTEGER,
            last_release INTEGER NOT NULL DEFAULT 0 CHECK (last_release >= 0),
            created_at DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
            updated_at DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
        );
        CREATE INDEX projects_owner ON projects (owner_id);

        CREATE TABLE services (
            project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
            name TEXT NOT NULL CHECK (length(name) > 0),
            position INTEGER NOT NULL,
            arguments TEXT NOT NULL CHECK (json_valid(arguments)),
            listens INTEGER NOT NULL CHECK (listens IN (0, 1)),
            PRIMARY KEY (project_id, name)
        ) WITHOUT ROWID;

        CREATE TABLE releases (
            project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
            number INTEGER NOT NULL CHECK (number > 0),
            plan TEXT NOT NULL CHECK (json_valid(plan)),
            size_bytes INTEGER NOT NULL CHECK (size_bytes >= 0),
            created_at DATETIME NOT NULL,
            PRIMARY KEY (project_id, number)
        ) WITHOUT ROWID;

        CREATE TABLE domains (
            host TEXT PRIMARY KEY CHECK (length(host) BETWEEN 1 AND 253),
            project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
            is_default INTEGER NOT NULL DEFAULT 0 CHECK (is_default IN (0, 1)),
            created_at DATETIME NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX domains_project ON domains (project_id);
        CREATE UNIQUE INDEX domains_one_default ON domains (project_id) WHERE is_default;

        CREATE TABLE environment (
            project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
            name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 128),
            sealed BLOB NOT NULL CHECK (length(sealed) >= 28),
            updated_at DATETIME NOT NULL,
            PRIMARY KEY (project_id, name)
        ) WITHOUT ROWID;
        CREATE TRIGGER environment_names_after_insert AFTER INSERT ON environment BEGIN
            UPDATE projects SET env_vars = (
                SELECT json_group_array(name)
                FROM (SELECT name FROM environment WHERE project_id = NEW.project_id ORDER BY name)
            ) WHERE id = NEW.project_id;
        END;
        CREATE TRIGGER environment_names_after_delete AFTER DELETE ON environment BEGIN
            UPDATE projects SET env_vars = (
                SELECT json_group_array(name)
                FROM (SELECT name FROM environment WHERE project_id = OLD.project_id ORDER BY name)
            ) WHERE id = OLD.project_id;
        END;
        CREATE TRIGGER environment_is_not_moved BEFORE UPDATE OF project_id, name ON environment BEGIN
            SELECT RAISE(ABORT, 'a sealed value is bound to its project and name');
        END;


        """

    private static let deployments = """
        CREATE TABLE deployments (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
            kind TEXT NOT NULL DEFAULT 'deploy' CHECK (kind IN ('deploy', 'rollback')),
            version INTEGER,
            deployed_at DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
            finished_at DATETIME,
            status TEXT NOT NULL DEFAULT 'success' CHECK (status IN ('queued', 'running', 'success', 'failed')),
            started_by TEXT NOT NULL DEFAULT '',
            notes TEXT NOT NULL DEFAULT '',
            failure_step TEXT,
            failure_code TEXT,
            failure_message TEXT,
            failure_hint TEXT
        );
        CREATE INDEX deployments_project ON deployments (project_id, id);
        CREATE INDEX deployments_unfinished ON deployments (id) WHERE status IN ('queued', 'running');

        CREATE TABLE deployment_steps (
            deployment_id INTEGER NOT NULL REFERENCES deployments (id) ON DELETE CASCADE,
            name TEXT NOT NULL,
            status TEXT NOT NULL CHECK (status IN ('running', 'success', 'failed', 'skipped')),
            started_at DATETIME NOT NULL,
            duration_ms INTEGER CHECK (duration_ms >= 0),
            detail TEXT NOT NULL DEFAULT '',
            PRIMARY KEY (deployment_id, name)
        ) WITHOUT ROWID;

        CREATE TABLE deployment_log (
            deployment_id INTEGER NOT NULL REFERENCES deployments (id) ON DELETE CASCADE,
            seq INTEGER NOT NULL CHECK (seq > 0),
            at DATETIME NOT NULL,
            step TEXT NOT NULL,
            text TEXT NOT NULL,
            PRIMARY KEY (deployment_id, seq)
        ) WITHOUT ROWID;


        """

    private static let housekeeping = """
        CREATE TABLE settings (
            key TEXT PRIMARY KEY CHECK (length(key) > 0),
            value TEXT NOT NULL
        ) WITHOUT ROWID;

        CREATE TABLE audit (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            at DATETIME NOT NULL,
            actor TEXT NOT NULL,
            action TEXT NOT NULL,
            subject TEXT NOT NULL,
            detail TEXT NOT NULL,
            address TEXT NOT NULL
        );
        """
}
