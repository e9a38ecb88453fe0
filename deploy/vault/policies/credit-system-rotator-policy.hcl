# The rotation makes secret_ids of the API's role and ends old ones. Written by the bootstrap.
path "auth/approle/role/credit-system-approle/secret-id" {
  capabilities = ["update", "list"]
}
path "auth/approle/role/credit-system-approle/secret-id/lookup" {
  capabilities = ["update"]
}
path "auth/approle/role/credit-system-approle/secret-id-accessor/lookup" {
  capabilities = ["update"]
}
path "auth/approle/role/credit-system-approle/secret-id-accessor/destroy" {
  capabilities = ["update"]
}

# When its own secret_id ends, so that it can say so in time.
path "auth/approle/role/credit-system-rotator/secret-id/lookup" {
  capabilities = ["update"]
}
path "auth/token/revoke-self" {
  capabilities = ["update"]
}

# The certificates of servers that cannot ask for one themselves.
path "pki/issue/credit-system" {
  capabilities = ["update"]
}
path "pki/issuers" {
  capabilities = ["list"]
}
path "pki/issuers/" {
  capabilities = ["list"]
}
