# The rotation makes secret_ids of the API's role and ends old ones. Written by the bootstrap.
path "auth/approle/role/credit-system-approle/secret-id" {
  capabilities = ["update", "list"]
}
path "auth/approle/role/credit-system-approle/secret-id-accessor/lookup" {
  capabilities = ["update"]
}
path "auth/approle/role/credit-system-approle/secret-id-accessor/destroy" {
  capabilities = ["update"]
}
path "auth/token/revoke-self" {
  capabilities = ["update"]
}
