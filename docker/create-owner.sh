#!/bin/sh
# Runs once, when the database container creates its cluster: the hub's login owns its database and is no superuser,
# so that row security holds for it.
set -eu
# From a file into a variable of psql's own session, never an argument: arguments are seen in the process list.
HUB_DATABASE_PASSWORD=$(cat /run/secrets/hub-database-password)
export HUB_DATABASE_PASSWORD
psql --username "$POSTGRES_USER" --dbname postgres --no-psqlrc --set ON_ERROR_STOP=1 <<'SQL'
\getenv password HUB_DATABASE_PASSWORD
CREATE ROLE concordat LOGIN NOSUPERUSER CREATEROLE PASSWORD :'password';
CREATE DATABASE concordat OWNER concordat;
SQL
