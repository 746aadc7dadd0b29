drop table page_views;
drop table events;
drop function account_balance(text);
drop table ledger;
drop function ledger_is_append_only();
drop table ledger_accounts;
