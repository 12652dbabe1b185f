"""What the plugin does not do yet. A test that is here has to fail."""

# Does it choose the codes of refusals, where the broker lets plugins do that?
CONNACK_CODES = False

# With whose headers does it not compile without a warning?
HEADERS = "forky"

# Names of tests, and how the versions begin on which they fail.
TESTS = {
    "test_certificate.Certificate.test_bound_clients_stay_when_the_broker_reloads": ["2.1."],
    "test_devices.Devices.test_each_device_gets_in_with_its_own_key_and_no_other": ["2.1."],
    "test_lifetime.Lifetime.test_a_token_that_is_sent_in_every_field_is_in_no_line_of_ours": ["2.1."],
    "test_lifetime.Lifetime.test_nothing_is_queued_after_the_token_has_expired": ["2.1."],
    "test_lifetime.Lifetime.test_permissions_of_offline_clients_are_bounded_in_number": ["2.1."],
    "test_lifetime.Lifetime.test_the_will_of_an_expired_client_is_not_sent": ["2.1."],
    "test_lifetime.Lifetime.test_who_comes_back_makes_room": ["2.1."],
    "test_memory.Memory.test_clients_from_before_a_restart_survive_a_reload": ["2.0.2"],
    "test_options.Options.test_a_second_plugin_line_is_said_to_be_one": ["2.1."],
    "test_refusals.Refusals.test_who_is_left_to_others_or_keeps_its_session_is_no_refusal": ["2.1."],
    "test_reload.Reload.test_a_client_whose_token_is_revoked_is_disconnected": ["2.1."],
    "test_reload.Reload.test_what_stays_good_stays_as_it_was": ["2.1."],
    "test_sys.Sys.test_what_is_counted_is_told_when_it_changes": ["2.1."],
}
