# The API reads its own secrets and nothing else. Written by the bootstrap.
path "secret/data/credit-system/*" {
  capabilities = ["read"]
}
path "secret/metadata/credit-system" {
  capabilities = ["list"]
}
path "secret/metadata/credit-system/*" {
  capabilities = ["read", "list"]
}

# Personal data is encrypted under this one key; its material never leaves Vault.
path "transit/encrypt/credit-system" {
  capabilities = ["update"]
}
path "transit/decrypt/credit-system" {
  capabilities = ["update"]
}
path "transit/rewrap/credit-system" {
  capabilities = ["update"]
}

# A MongoDB user of its own, for as long as it renews the lease.
path "database/creds/credit-system" {
  capabilities = ["read"]
}
path "sys/leases/renew" {
  capabilities = ["update"]
}

# Its own token.
path "auth/token/lookup-self" {
  capabilities = ["read"]
}
path "auth/token/renew-self" {
  capabilities = ["update"]
}
path "auth/token/revoke-self" {
  capabilities = ["update"]
}
path "sys/capabilities-self" {
  capabilities = ["update"]
}

# A certificate of its own, and the authorities that it and others are of.
path "pki/issue/credit-system" {
  capabilities = ["update"]
}
path "pki/issuers" {
  capabilities = ["list"]
}
path "pki/issuers/" {
  capabilities = ["list"]
}
