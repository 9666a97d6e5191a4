#!/bin/sh
# Runs once, when the database container creates its cluster: the hub's login owns its database and is no superuser,
# so that row security holds for it.
set -eu
psql --username "$POSTGRES_USER" --dbname postgres --no-psqlrc --set ON_ERROR_STOP=1 \
  --set password="$HUB_DATABASE_PASSWORD" <<'SQL'
CREATE ROLE concordat LOGIN NOSUPERUSER CREATEROLE PASSWORD :'password';
CREATE DATABASE concordat OWNER concordat;
SQL
