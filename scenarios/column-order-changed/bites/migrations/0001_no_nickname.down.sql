alter table customers add column nickname text;
