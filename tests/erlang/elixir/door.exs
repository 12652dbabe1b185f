# What the example of the README answers.
token = &:jwt_auth_fixture.token/1
{:ok, verifier} = Door.open(%{secret: :jwt_auth_fixture.secret()})
{:error, "`secret`: expected a string"} = Door.open(%{secret: 1})
{:ok, session} = Door.connect(verifier, "c1", token.(~s({"acl":{"pub":["up/#"]}})))
{:error, :expired} = Door.connect(verifier, "c1", token.(~s({"exp":1})))
{:error, :not_ours} = Door.connect(verifier, "c1", :undefined)
[true, false] = for topic <- ["up/1", "down/1"], do: Door.publish?(verifier, session, topic, 1)
IO.puts("6 checks of the example in Elixir passed")
