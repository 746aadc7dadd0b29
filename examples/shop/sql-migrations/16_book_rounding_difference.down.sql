alter table ledger disable trigger ledger_append_only;
delete from ledger where transaction_id = 900000;
alter table ledger enable trigger ledger_append_only;
