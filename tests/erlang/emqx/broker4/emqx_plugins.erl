%% What the loader of EMQX 4 does with a file of a plugin: broker:edit/1 is the file.
-module(emqx_plugins).
-export([generate_configs/1]).

generate_configs(emqx_jwt_auth = Application) ->
    case broker_node:config(file, none) of
        {error, _, _} = Unreadable -> Unreadable;
        Lines -> [{Application, [{lines, Lines}]}]
    end.
