-- Two accounts: one owns the tables (flask install), the service runs as the other. Variables: database, owner_password,
-- service_password. May be run again.
SELECT :'database' AS service, :'database' || '_owner' AS owner \gset
SELECT format('CREATE ROLE %I LOGIN', name) FROM (VALUES (:'service'), (:'owner')) AS wanted (name)
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
ALTER ROLE :"owner" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'owner_password';
ALTER ROLE :"service" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'service_password' CONNECTION LIMIT 80;
SELECT format('CREATE DATABASE %I OWNER %I ENCODING ''UTF8'' TEMPLATE template0', :'database', :'owner')
    WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO :"service";

-- What takes longer is given up, rather than holding everybody.
ALTER ROLE :"service" SET statement_timeout = '60s';
ALTER ROLE :"service" SET lock_timeout = '20s';
ALTER ROLE :"service" SET idle_in_transaction_session_timeout = '120s';
ALTER ROLE :"service" SET client_connection_check_interval = '10s';
ALTER ROLE :"owner" SET lock_timeout = '30s';
