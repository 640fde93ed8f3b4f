@ladder @R2
Feature: The edge is the endpoint of everything that crosses between agencies
  Names resolve, SIP, floor control and media cross through both edges, and each edge shows the node's address with
  ports that the node exposes. The same call is made by a UE of the root agency and by a UE of the remote agency.

  @TS24.379-10.1.1.4 @TS24.380-6.3.4.4 @RFC3261-13.2.2.4
  Scenario Outline: A campaign call that <caller> begins is heard by every member of both agencies
    Given the working configuration
    And every UE is registered and affiliated

    When <caller> calls the campaign
    Then the affiliated members of both agencies are invited
    And every leg that leaves a pod has its INVITE, its 200 and its ACK
    And the floor is granted to <caller> and taken to all other members

    When <caller> talks for 40 packets
    Then every other member hears all 40 packets of <caller>'s burst after the first 5
    And RTP, floor control and SIP are translated at both nodes
    And the floor is idle again

    When <answerer> talks for 40 packets
    Then the floor is granted to <answerer> and taken to all other members
    And every other member hears all 40 packets of <answerer>'s burst after the first 5

    When <caller> hangs up
    Then every leg is ended by a BYE and its 200
    And no symptom shows

    Examples:
      | caller | answerer |
      | a-ue-1 | b-ue-2   |
      | b-ue-1 | a-ue-2   |
