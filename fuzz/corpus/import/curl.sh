curl -X POST https://sso.example.test/token \
  -u app:made-up-secret \
  -d grant_type=refresh_token --data-urlencode 'refresh_token=made-up-refresh'
