module github.com/token-jwt/jwt/conformance

go 1.26

require (
	github.com/stretchr/testify v1.12.1
	github.com/token-jwt/jwt v0.0.0
)

require go.yaml.in/yaml/v3 v3.0.5 // indirect

replace github.com/token-jwt/jwt => ../
