-module(emqx_ctl).
-export([register_command/3, unregister_command/1, print/2]).

register_command(Command, Action, _Options) -> persistent_term:put({?MODULE, Command}, Action).
unregister_command(Command) -> persistent_term:erase({?MODULE, Command}).
print(Format, Arguments) -> self() ! {printed, unicode:characters_to_binary(io_lib:format(Format, Arguments))}.
