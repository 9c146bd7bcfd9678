module github.com/token-jwt/jwt/conformance

go 1.26.4

require (
	github.com/c2sp/wycheproof v0.0.0-20260902155932-3fa63dd0344a
	github.com/stretchr/testify v1.12.1
	github.com/token-jwt/jwt v0.0.0
)

require go.yaml.in/yaml/v3 v3.0.5 // indirect

replace github.com/token-jwt/jwt => ../
