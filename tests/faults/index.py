"""Where each fault of the catalogue is proved: tests beside the code they judge, or in this folder under the fault's number.

The numbers stand for a catalogue of what goes wrong around files (D: where they are dropped, F: what is in them, A: the
API, P: our process, H: people). A test whose name has a number (`test_D14_...`) proves that fault by itself; `PROVED`
leads to tests elsewhere; `NOT_HERE` says of the rest why no test can show it, or what is still missing.
"""

_INBOX = "tests/contract/test_inbox.py::"
_LEDGER = "tests/contract/test_ledger.py::"
_DESTINATIONS = "tests/contract/test_destinations.py::"
_BAD_FILES = "tests/acceptance/test_bad_files.py::"
_BAD_SETUP = "tests/acceptance/test_bad_setup.py::"
_COMMANDS = "tests/acceptance/test_commands.py::"
_PREVIEW = "tests/acceptance/test_preview.py::"
_FEEDS = "tests/acceptance/test_feeds.py::"
_IMPORT = "tests/acceptance/test_import.py::"
_FEED = "tests/integration/test_feed.py::"
_KILL = "tests/integration/test_kill_at_every_step.py::"
_LINE = "tests/integration/test_sftp_faults.py::"
_STRANGE = "tests/integration/test_sftp_strange.py::"
_TRUST = "tests/integration/test_sftp_trust.py::"
_RERUNS = "tests/integration/test_reruns.py::"
_TURNS = "tests/integration/test_turns.py::"
_SHIPPIFY = "tests/integration/test_shippify.py::"
_SAMPLES = "tests/test_samples.py::"
_BREAKER = "tests/unit/delivery/test_breaker.py::"
_LOOKING_UP = "tests/unit/delivery/test_looking_up.py::"
_PACE = "tests/unit/delivery/test_pace.py::"
_PROMISES = "tests/unit/delivery/test_sender_promises.py::"
_RULINGS = "tests/unit/delivery/test_rulings.py::"
_SENDER = "tests/unit/delivery/test_sender.py::"
_CALLS = "tests/unit/destinations/test_calls.py::"
_MIGRATE = "tests/unit/ledger/test_migrate.py::"
_SQLITE = "tests/unit/ledger/test_sqlite.py::"
_SQL = "tests/unit/ledger/test_sql.py::"
_COPYING = "tests/unit/pickup/test_copying.py::"
_SETTLING = "tests/unit/pickup/test_settling.py::"
_LEASES = "tests/unit/pipeline/test_leases.py::"
_PROCESSES = "tests/unit/test_processes.py::"
_POLICY = "tests/unit/core/test_policy.py::"
_SETTINGS = "tests/unit/test_settings.py::"
_EXCEL = "tests/unit/tables/test_excel.py::"
_OPEN = "tests/unit/tables/test_open.py::"
_WORKBOOK = "tests/unit/reports/test_workbook.py::"
_REJECTS = "tests/unit/reports/test_rejects.py::"
_RECEIPT = "tests/unit/reports/test_receipt.py::"

ANY_STEP = _KILL + "test_killed_at_any_step_and_started_again_it_ends_as_if_nothing_had_happened"

PROVED: dict[str, tuple[str, ...]] = {
    "D5": (_INBOX + "test_temp_names_are_passed_over", _SETTLING + "test_temp_names_are_known"),
    "D6": (
        _SETTLING + "test_with_a_done_file_only_finished_files_are_taken_and_at_once",
        _SETTLING + "test_a_done_file_alone_gives_nothing",
        _FEED + "test_a_done_file_counts_for_one_drop_only",
    ),
    "D7": (
        _INBOX + "test_a_file_that_is_gone_is_not_claimed",
        _INBOX + "test_two_claimers_race_and_exactly_one_gets_each_file",
    ),
    "D8": (_LINE + "test_a_file_replaced_by_rename_during_the_download_arrives_whole",),
    "D9": (_LINE + "test_a_file_that_changes_during_the_download_is_noticed",),
    "D10": (_LINE + "test_a_file_that_changes_during_the_download_is_noticed",),
    "D11": (_LINE + "test_a_file_that_changes_during_the_download_is_noticed",),
    "D12": (
        _INBOX + "test_a_file_that_is_gone_is_not_claimed",
        _INBOX + "test_fetching_what_somebody_took_away_leaves_nothing",
    ),
    "D13": (
        _FEED + "test_the_same_name_on_two_days_is_two_drops",
        _INBOX + "test_an_archive_never_overwrites",
    ),
    "D17": (_BAD_FILES + "test_it_is_kept_in_failed_with_a_receipt_that_says_why",),
    "D18": (
        _STRANGE + "test_without_the_right_to_claim_owner_and_mode_are_told",
        _FEEDS + "test_a_file_that_cannot_be_fetched_keeps_back_no_other_and_is_taken_when_it_can",
        _FEED + "test_a_drop_that_fails_keeps_back_none_of_the_others",
    ),
    "D20": (ANY_STEP, _FEED + "test_a_restart_after_midnight_finds_what_was_archived_before"),
    "D21": (
        _TRUST + "test_a_changed_host_key_gets_no_password_and_the_told_command_mends_it",
        _BAD_SETUP + "test_a_changed_host_key_is_code_3_and_no_file_is_touched",
    ),
    "D22": (_TRUST + "test_an_unknown_server_gets_no_login_and_the_told_command_mends_it",),
    "D23": (
        _TRUST + "test_a_wrong_password_is_refused_once",
        _TRUST + "test_a_refused_login_is_tried_once_at_every_poll_until_somebody_pauses_the_feed",
        _TRUST + "test_a_wrong_key_is_refused",
        _STRANGE + "test_a_wrong_password_is_refused_and_stands_in_no_message",
    ),
    "D24": (
        _TRUST + "test_a_server_that_is_down_is_tried_again_and_found",
        _TRUST + "test_a_server_that_is_not_there_is_no_question_of_trust",
        _BAD_SETUP + "test_an_sftp_server_that_does_not_answer_is_code_4_and_says_where",
    ),
    "D25": (
        _LINE + "test_a_reset_during_the_download_leaves_nothing_and_the_next_try_works",
        _LINE + "test_a_reset_at_any_point_is_no_question_of_trust",
    ),
    "D26": (_LINE + "test_a_freeze_during_the_download_ends_and_the_next_try_works",),
    "D27": (_LINE + "test_a_freeze_at_any_point_ends",),
    "D28": (
        "tests/unit/test_schedule.py::test_a_feed_that_takes_long_is_not_polled_twice_at_once_and_keeps_back_no_other",
    ),
    "D29": (_LINE + "test_a_server_with_no_room_for_another_login_is_tried_again",),
    "D31": (_SETTLING + "test_age_counts_but_a_time_in_the_future_blocks_nobody",),
    "D33": (_INBOX + "test_folders_links_and_pipes_are_passed_over",),
    "D34": (
        _INBOX + "test_folders_links_and_pipes_are_passed_over",
        _INBOX + "test_a_pipe_in_place_of_a_claim_does_not_hang",
    ),
    "D35": (
        _STRANGE + "test_names_that_lead_out_of_the_folder_are_passed_over",
        _INBOX + "test_a_name_that_is_a_path_is_never_claimed",
    ),
    "D36": (
        _INBOX + "test_a_name_that_is_merely_unusual_goes_all_the_way",
        "tests/unit/pickup/test_names.py::test_an_odd_name_is_refused_with_its_reason",
        _BAD_FILES + "test_a_name_with_control_characters_is_printed_harmlessly",
    ),
    "D37": (_INBOX + "test_an_odd_name_does_not_blind_the_folder_and_is_mentioned_once",),
    "D38": (
        _INBOX + "test_the_oldest_come_first_and_a_look_is_bounded",
        _FEED + "test_what_a_bounded_look_leaves_comes_with_the_next_polls",
    ),
    "D39": (_LINE + "test_the_memory_of_a_download_does_not_grow_with_the_file",),
    "D40": (_SETTLING + "test_temp_names_are_known", _INBOX + "test_temp_names_are_passed_over"),
    "D41": (
        _OPEN + "test_what_is_no_table_is_refused_by_its_real_name",
        _EXCEL + "test_a_swollen_workbook_is_refused_before_it_is_parsed",
    ),
    "D42": (
        _STRANGE + "test_without_posix_rename_everything_still_works",
        _STRANGE + "test_a_server_that_hides_modes_is_read_by_its_lines",
        _STRANGE + "test_short_reads_still_give_the_whole_file",
    ),
    "D43": (_STRANGE + "test_without_the_right_to_claim_owner_and_mode_are_told",),
    "D44": (_INBOX + "test_archiving_what_somebody_took_away_still_gives_the_reply_a_home",),
    "A1": (
        "tests/unit/destinations/shipup/test_refusals.py::test_the_reference_s_own_answer_leads_to_its_four_places",
        "tests/unit/destinations/parcellab/test_refusals.py::test_every_form_of_an_error_body_is_read",
        "tests/unit/destinations/shippify/test_refusals.py::test_a_refusal_is_led_to_its_delivery",
        _SENDER + "test_a_refusal_is_led_home_to_its_cell",
    ),
    "A2": (
        "tests/unit/destinations/shipup/test_refusals.py::test_an_answer_without_paths_is_about_the_whole_order",
        _CALLS + "test_an_endless_answer_is_cut_at_the_cap",
        _DESTINATIONS + "test_no_answer_whatever_it_says_breaks_the_carrier",
    ),
    "A3": (
        _FEEDS + "test_a_refused_key_stops_the_account_once_and_the_next_run_sends_the_rest_once_it_is_right",
        _SENDER + "test_a_refused_key_stops_the_account_once_and_rejects_nothing",
    ),
    "A4": (_DESTINATIONS + "test_an_answer_that_is_no_verdict_has_one_meaning_everywhere",),
    "A5": (_DESTINATIONS + "test_an_endpoint_that_is_not_there_is_a_wrong_address",),
    "A8": (_POLICY + "test_what_follows_from_a_send_without_a_verdict",),
    "A9": (_SENDER + "test_a_parcel_too_large_is_halved_until_it_fits",),
    "A10": (
        _FEEDS + "test_a_throttled_account_is_left_in_peace_for_as_long_as_the_api_asks",
        _SENDER + "test_a_throttled_account_is_silent_for_as_long_as_it_was_asked",
        _POLICY + "test_no_pause_is_negative_endless_or_longer_than_stated",
    ),
    "A11": (
        _SENDER + "test_an_outage_stops_the_account_after_a_few_failures_in_a_row",
        _SENDER + "test_one_order_that_breaks_the_api_does_not_keep_back_the_others",
        _POLICY + "test_clients_that_failed_together_do_not_come_back_together",
    ),
    "A12": (_PROMISES + "test_any_story_ends_with_every_order_as_the_api_holds_it",),
    "A13": (_DESTINATIONS + "test_an_answer_that_is_no_verdict_has_one_meaning_everywhere",),
    "A14": (_DESTINATIONS + "test_an_answer_that_does_not_come_in_time_is_none",),
    "A15": (
        _DESTINATIONS + "test_a_lost_answer_is_told_and_the_order_can_be_made_certain",
        _DESTINATIONS + "test_a_request_that_was_cut_off_is_told_and_nothing_is_there",
        _SHIPPIFY + "test_an_order_whose_answer_was_lost_is_looked_up_and_not_sent_again",
    ),
    "A16": (
        _DESTINATIONS + "test_an_odd_success_is_a_success_or_no_answer_but_never_a_refusal",
        _CALLS + "test_a_body_that_breaks_off_is_no_answer",
    ),
    "A17": (
        _RULINGS + "test_a_verdict_on_an_order_that_was_not_sent_is_passed_over",
        "tests/unit/destinations/shipup/test_client.py::test_a_batch_that_was_taken_without_a_job_is_unreadable",
    ),
    "A18": (
        _SENDER + "test_late_answers_are_followed_to_their_end",
        _SENDER + "test_a_new_start_follows_the_tickets_of_the_old_one",
        _FEED + "test_answers_that_were_pending_reach_the_sender_when_they_come",
    ),
    "A19": (
        _SENDER + "test_an_answer_that_passes_an_order_over_leaves_it_unknown_and_sends_it_again",
        _RULINGS + "test_verdicts_go_to_their_own_orders_whatever_order_they_come_in",
        _SHIPPIFY + "test_an_answer_in_disorder_finds_its_deliveries",
    ),
    "A20": (
        "tests/unit/destinations/shipup/test_client.py::test_a_redirect_is_not_followed",
        "tests/unit/destinations/parcellab/test_client.py::test_a_redirect_is_not_followed_and_says_what_to_mend",
    ),
    "A21": (_CALLS + "test_a_trickled_answer_ends_at_the_deadline",),
    "A22": (
        _CALLS + "test_an_endless_answer_is_cut_at_the_cap",
        _CALLS + "test_an_answer_that_was_compressed_unasked_is_read",
    ),
    "A23": (
        _DESTINATIONS + "test_nobody_there_means_that_nothing_left",
        _BAD_SETUP + "test_an_api_that_is_down_is_code_4_and_every_order_is_unsent",
        _CALLS + "test_every_error_of_httpx_says_whether_the_order_may_be_there",
    ),
    "A27": (_FEED + "test_working_on_a_file_again_spends_no_request_on_what_was_accepted",),
    "A28": (
        _PROMISES + "test_an_api_that_does_not_upsert_never_holds_an_order_twice",
        _LOOKING_UP + "test_nothing_is_ever_created_twice_and_everything_good_once",
    ),
    "A29": (_LOOKING_UP + "test_a_changed_order_of_a_later_drop_is_not_made_a_second_one",),
    "A30": (
        _BREAKER + "test_an_outage_runs_its_course",
        _SENDER + "test_after_the_rest_a_single_request_finds_out_whether_it_works_again",
    ),
    "A31": (
        "tests/unit/test_schedule.py::test_a_feed_that_takes_long_is_not_polled_twice_at_once_and_keeps_back_no_other",
    ),
    "A32": (_FEED + "test_accepted_and_refused_never_swap_under_parallel_parcels_with_failures",),
    "A33": (_PACE + "test_threads_of_one_account_share_one_pace",),
    "A34": (
        _CALLS + "test_secrets_are_blotted_out_of_the_body",
        _RECEIPT + "test_the_page_escapes_whatever_comes_from_outside",
    ),
    "P1": (ANY_STEP,),
    "P2": (
        _FEEDS + "test_a_sigterm_in_the_middle_of_a_batch_ends_it_and_the_next_start_sends_the_rest_once",
        _FEEDS + "test_serve_picks_up_a_drop_and_a_sigterm_ends_it_within_ten_seconds_with_code_5",
        _SENDER + "test_a_stop_waits_for_requests_under_way_only_so_long_and_owns_up",
    ),
    "P3": (
        _FEED + "test_who_stood_still_for_longer_than_the_lease_sends_nothing_more",
        _TURNS + "test_who_lost_the_lease_sends_nothing_more_and_writes_nothing_over",
        _COMMANDS + "test_a_reader_that_has_seen_enough_is_no_error",
    ),
    "P5": (_FEEDS + "test_two_runs_at_once_send_nothing_twice_and_the_second_waits",),
    "P6": (
        "tests/unit/test_schedule.py::test_a_feed_that_takes_long_is_not_polled_twice_at_once_and_keeps_back_no_other",
    ),
    "P7": (
        _EXCEL + "test_a_workbook_that_breaks_the_parser_breaks_only_the_child",
        _BAD_FILES + "test_nothing_of_the_bad_files_was_sent_and_the_good_one_was",
    ),
    "P8": (
        _EXCEL + "test_a_workbook_that_takes_too_long_is_refused",
        _EXCEL + "test_a_swollen_workbook_is_refused_before_it_is_parsed",
    ),
    "P9": (ANY_STEP, _SQL + "test_after_kill_9_everything_that_was_acknowledged_is_there"),
    "P10": (_SQLITE + "test_a_ledger_locked_by_another_program_says_so_and_holds_no_half_state",),
    "P11": (
        _SENDER + "test_what_cannot_be_recorded_is_not_sent",
        _SQLITE + "test_a_full_disk_loses_nothing_that_was_recorded",
        _SQLITE + "test_a_read_only_disk_says_so",
        _SQLITE + "test_a_read_only_folder_says_so",
    ),
    "P12": (
        _BAD_SETUP + "test_a_ledger_that_vanished_is_not_begun_anew",
        _SQLITE + "test_a_missing_ledger_is_not_begun_again_where_there_were_batches",
        _SQLITE + "test_an_emptied_ledger_is_not_begun_again_where_there_were_batches",
        _SQLITE + "test_a_ledger_that_was_cut_short_is_refused",
        _SQLITE + "test_a_damaged_page_is_found_at_the_start_of_a_small_ledger",
        _SQLITE + "test_a_ledger_that_is_deleted_while_open_is_noticed_before_the_next_fact",
        _SQLITE + "test_a_ledger_that_is_replaced_while_open_is_noticed",
    ),
    "P13": (_SQLITE + "test_a_backup_taken_the_documented_way_opens",),
    "P16": (
        _MIGRATE + "test_a_migration_killed_half_way_leaves_nothing_and_is_done_by_the_next_start",
        _MIGRATE + "test_a_ledger_from_a_newer_orderdrop_is_refused_in_words",
        _MIGRATE + "test_of_many_processes_that_start_together_one_migrates",
    ),
    "P17": (
        _SQLITE + "test_what_is_recorded_is_synced",
        _COPYING + "test_a_part_of_a_killed_run_does_not_disturb",
    ),
    "P18": (
        _PROCESSES + "test_a_pid_that_another_process_has_by_now_does_not_deceive",
        _PROCESSES + "test_a_zombie_is_dead_although_its_pid_still_answers",
        _LEASES + "test_what_a_dead_process_held_is_taken_over_at_once",
    ),
    "P26": (
        _SETTINGS + "test_three_faults_are_told_at_once_in_the_order_of_their_lines",
        _SETTINGS + "test_a_secret_that_is_written_out_is_refused_and_not_repeated",
        _BAD_SETUP + "test_a_wrong_set_up_ends_with_code_3_and_leaves_the_drop_in_the_inbox",
        _BAD_SETUP
        + "test_a_mapping_that_cannot_be_used_is_code_3_and_every_drop_waits_in_failed_with_a_receipt",
    ),
    "H1": (_SAMPLES + "test_a_reject_report_that_comes_back_corrected_is_accepted_whole",),
    "H3": (
        _SAMPLES + "test_dates_and_leading_zeros_of_a_workbook_survive_the_way_home_and_back",
        _SAMPLES + "test_text_that_was_made_harmless_arrives_as_the_sender_wrote_it",
    ),
    "H4": (
        _SAMPLES
        + "test_a_reject_report_that_comes_back_uncorrected_gives_the_same_verdicts_and_does_not_grow",
        _RERUNS + "test_a_report_that_comes_back_as_it_was_sends_nothing",
    ),
    "H8": (_RERUNS + "test_a_rerun_under_a_changed_mapping_says_first_what_would_now_pass",),
    "H9": (
        _LEASES + "test_two_at_once_are_one_too_many",
        _TURNS + "test_a_held_drop_is_not_released_while_its_orders_are_being_sent",
    ),
    "H10": (
        _RERUNS + "test_a_rerun_of_nothing_says_so",
        _RERUNS + "test_a_rerun_of_everything_spends_no_request_on_what_was_accepted",
    ),
    "H11": (
        _RERUNS + "test_a_rerun_of_the_unsent_sends_just_these_and_names_its_parent",
        _RERUNS + "test_a_rerun_takes_only_the_orders_that_are_named",
    ),
    "H12": (_BAD_FILES + "test_it_is_kept_in_failed_with_a_receipt_that_says_why",),
    "H13": (
        _FEED
        + "test_a_file_that_was_edited_after_it_was_registered_changes_nothing_of_its_batch_and_is_a_drop_of_its_own",
        _FEED + "test_imports_that_were_left_are_finished_past_one_that_cannot_be",
    ),
    "H15": (_COMMANDS + "test_preview_predicts_the_run_and_sends_nothing",),
    "H16": (_RECEIPT + "test_times_are_iso_8601_with_their_zone",),
    "H17": (
        _RECEIPT + "test_many_problems_are_counted_by_kind_and_the_rest_is_counted",
        _PREVIEW + "test_H17_problems_of_one_cause_are_told_once_with_values_and_rows",
    ),
    "H18": (
        _REJECTS + "test_nothing_in_the_report_runs_as_a_formula",
        _WORKBOOK + "test_every_cell_is_text_and_none_is_a_formula",
        _WORKBOOK + "test_any_text_comes_back_as_it_was",
    ),
}

NOT_HERE: dict[str, str] = {}
