const { AuthorizationCode } = require("simple-oauth2");

const client = new AuthorizationCode({
  client: { id: "acme-app", secret: process.env.ACME_SECRET },
  auth: { tokenHost: "https://auth.acme.example", tokenPath: "/oauth2/token", authorizePath: "/oauth2/authorize" },
});
