# What the bootstrap needs, and nothing else. A token of it, for half an hour, does in place of a root token:
#   vault policy write credit-system-bootstrap-policy credit-system-bootstrap-policy.hcl
#   vault token create -orphan -policy=credit-system-bootstrap-policy -ttl=30m -field=token

# Looks before it does anything.
path "auth/token/lookup-self" {
  capabilities = ["read"]
}
path "sys/capabilities-self" {
  capabilities = ["update"]
}
path "sys/mounts" {
  capabilities = ["read"]
}
path "sys/auth" {
  capabilities = ["read", "sudo"]
}
path "sys/plugins/catalog/auth" {
  capabilities = ["list", "sudo"]
}
path "sys/plugins/catalog/secret" {
  capabilities = ["list", "sudo"]
}
path "sys/plugins/catalog/database" {
  capabilities = ["list", "sudo"]
}

# Mounts what is not there.
path "sys/mounts/secret" {
  capabilities = ["create", "update"]
}
path "sys/mounts/transit" {
  capabilities = ["create", "update"]
}
path "sys/auth/approle" {
  capabilities = ["create", "update", "sudo"]
}
path "transit/keys/credit-system" {
  capabilities = ["read", "create", "update"]
}

# The policies and the roles of the API and of the rotation.
path "sys/policies/acl/credit-system-policy" {
  capabilities = ["read", "create", "update"]
}
path "sys/policies/acl/credit-system-rotator-policy" {
  capabilities = ["read", "create", "update"]
}
path "auth/approle/role/credit-system-approle" {
  capabilities = ["read", "create", "update"]
}
path "auth/approle/role/credit-system-approle/role-id" {
  capabilities = ["read"]
}
path "auth/approle/role/credit-system-approle/secret-id" {
  capabilities = ["create", "update", "list"]
}
path "auth/approle/role/credit-system-approle/secret-id/lookup" {
  capabilities = ["create", "update"]
}
path "auth/approle/role/credit-system-approle/secret-id-accessor/lookup" {
  capabilities = ["create", "update"]
}
path "auth/approle/role/credit-system-approle/secret-id-accessor/destroy" {
  capabilities = ["create", "update"]
}
path "auth/approle/role/credit-system-rotator" {
  capabilities = ["read", "create", "update"]
}
path "auth/approle/role/credit-system-rotator/role-id" {
  capabilities = ["read"]
}
path "auth/approle/role/credit-system-rotator/secret-id" {
  capabilities = ["create", "update", "list"]
}
path "auth/approle/role/credit-system-rotator/secret-id/lookup" {
  capabilities = ["create", "update"]
}
path "auth/approle/role/credit-system-rotator/secret-id-accessor/lookup" {
  capabilities = ["create", "update"]
}
path "auth/approle/role/credit-system-rotator/secret-id-accessor/destroy" {
  capabilities = ["create", "update"]
}

# The four secrets.
path "secret/data/credit-system/*" {
  capabilities = ["create", "read", "update"]
}
path "secret/metadata/credit-system/*" {
  capabilities = ["read"]
}

# With --database-engine alone.
path "sys/mounts/database" {
  capabilities = ["create", "update"]
}
path "database/config/mongodb" {
  capabilities = ["read", "create", "update"]
}
path "database/roles/credit-system" {
  capabilities = ["read", "create", "update"]
}

# With --certificates, and for rotate-ca.
path "sys/mounts/pki" {
  capabilities = ["create", "update"]
}
path "pki/issuers" {
  capabilities = ["list"]
}
path "pki/issuers/" {
  capabilities = ["list"]
}
path "pki/issuer/*" {
  capabilities = ["read", "create", "update", "delete"]
}
path "pki/root/generate/internal" {
  capabilities = ["create", "update"]
}
path "pki/root/rotate/internal" {
  capabilities = ["create", "update"]
}
path "pki/config/issuers" {
  capabilities = ["read", "create", "update"]
}
path "pki/roles/credit-system" {
  capabilities = ["read", "create", "update"]
}
path "pki/issue/credit-system" {
  capabilities = ["create", "update"]
}

# With --audit-file alone.
path "sys/audit" {
  capabilities = ["read", "sudo"]
}
path "sys/audit/file" {
  capabilities = ["create", "update", "sudo"]
}
